/** Which peers CI installs. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PEERS } from "../support/peers.ts";
import { REPOSITORY } from "../support/source-files.ts";

const script = readFileSync(join(REPOSITORY, ".ci/run"), "utf8");

test(".ci/run installs one version of each that is written in Go, and no other", () => {
  const installed = [...script.matchAll(/^ +\S+\/(\w+)@v\d\S*$/gm)].map(([, name]) => name);
  const ours = PEERS.filter(({ from }) => from === "Go").map(({ name }) => name);
  assert.deepEqual(installed, ours);
});

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { requireNode } from "../../../sdk/node-version.ts";

test("the error for a Node that is too old says which one is needed, and a newer one passes", () => {
  for (const version of ["18.20.8", "20.20.2", "22.0.0", "22.19.9"])
    assert.throws(() => requireNode(version), {
      message: `pulumi-lix needs Node 22.20 or newer; this is ${version}: update it, or put a newer one first in PATH`,
    });
  for (const version of ["22.20.0", "22.23.3", "24.0.0", "26.10.0"]) requireNode(version);
});

test("package.json asks for the same", async () => {
  const manifest = new URL("../../../package.json", import.meta.url);
  const { engines } = JSON.parse(await readFile(manifest, "utf8"));
  const oldest = /^>=(\d+\.\d+)$/.exec(engines.node)?.[1] ?? "";
  requireNode(`${oldest}.0`);
  const [major = 0, minor = 0] = oldest.split(".").map(Number);
  assert.throws(() => requireNode(`${major}.${minor - 1}.0`), /needs Node/);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../support/source-files.ts";

const start = (...args: readonly string[]) =>
  spawnSync(process.execPath, ["examples/start.ts", "--no-build", ...args], {
    cwd: REPOSITORY,
    encoding: "utf8",
  });

test("npm start shows a push, a run without changes, one changed layer and repaired drift", () => {
  const ran = start("--no-install");
  assert.equal(ran.status, 0, ran.stderr);
  const chapter = (number: number): string => ran.stdout.split(/\n(?=\d\. |Done)/)[number] ?? "";
  assert.match(chapter(1), /preview +digest sha256:[0-9a-f]{12}…/);
  assert.match(chapter(1), /up +created in .*: 3\d blobs pushed/);
  assert.match(chapter(1), /ref +127\.0\.0\.1:\d+\/lix@sha256:[0-9a-f]{64}\n/);
  assert.match(chapter(2), /up +unchanged in .*: no blobs pushed, no requests to the registry/);
  assert.match(chapter(3), /preview +digest sha256:[0-9a-f]{12}… → sha256:[0-9a-f]{12}…/);
  assert.match(chapter(3), /up +updated in .*: 2 blobs pushed/);
  assert.match(chapter(3), /1 layer changed \(.*\), \d+ are as they were/);
  assert.match(chapter(4), /refresh +tag latest points to sha256:/);
  assert.match(chapter(4), /up +updated in .*: no blobs pushed, the tag is back/);
  assert.equal(existsSync(join(REPOSITORY, "examples/quickstart/Pulumi.start.yaml")), false);
});

test("npm start explains an argument that it does not know, with exit code 2", () => {
  const ran = start("--registri", "ghcr.io");
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /Unknown option '--registri'[^]*--registry HOST/);
});

test("npm start says what it could not do, without a traceback", () => {
  const ran = start("--no-install", "--lock", "/no/such/lix-image.lock.json");
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /\/no\/such\/lix-image\.lock\.json[^]*\[LOCK_NOT_FOUND\]/);
  assert.doesNotMatch(ran.stderr, /^ +at /m);
});

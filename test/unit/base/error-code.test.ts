import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { codeOf, ifThere, isCode } from "../../../provider/base/error-code.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";

test("only an error has a code, and only as text", () => {
  assert.equal(codeOf(Object.assign(new Error(), { code: "ENOENT" })), "ENOENT");
  for (const other of [new Error(), Object.assign(new Error(), { code: 2 }), { code: "X" }, null])
    assert.equal(codeOf(other), undefined);
  assert.equal(isCode(undefined, "ENOENT"), false);
});

test("a missing file is undefined, even below a file; any other failure is thrown", () =>
  withTempDir(async (folder) => {
    assert.equal(await ifThere(readFile(join(folder, "x"))), undefined);
    assert.equal(await ifThere(readFile(join(import.meta.filename, "x"))), undefined);
    await assert.rejects(ifThere(readFile(folder)), { code: "EISDIR" });
  }));

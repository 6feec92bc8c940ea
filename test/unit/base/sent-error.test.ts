import assert from "node:assert/strict";
import { test } from "node:test";
import { LixImageError, render } from "../../../provider/base/errors.ts";
import { isSystemError } from "../../../provider/base/file-unusable.ts";
import { receiveError, sendError } from "../../../provider/base/sent-error.ts";
import { DamagedCompression } from "../../../provider/compression/decompress-errors.ts";
import { lixError } from "../../../provider/errors/lix-error.ts";

const crossed = (error: unknown): Error => receiveError(structuredClone(sendError(error)));

test("an error of ours keeps code, hint, message and causes", () => {
  const cause = new DamagedCompression("xz", "it is cut short");
  const error = lixError("CACHE_UNREADABLE", { file: "/a\nb" }, { cause });
  const after = crossed(error);
  assert.ok(after instanceof LixImageError);
  assert.equal(render(after), render(error));
  assert.equal(after.stack, error.stack);
});

test("an error of the system is still one", () => {
  const error = Object.assign(new Error("no space"), { code: "ENOSPC", syscall: "write" });
  const after = crossed(error);
  assert.ok(isSystemError(after));
  assert.deepEqual([after.code, after.syscall, after.message], ["ENOSPC", "write", "no space"]);
});

test("anything else is an error with its message", () => {
  assert.equal(crossed(new RangeError("out of range")).message, "out of range");
  assert.equal(crossed("text").message, "text");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";

test("a chunk is freed once, and never the buffer that it is a part of", () => {
  const whole = new Uint8Array(8);
  const part = whole.subarray(2, 4);
  Bytes.free(part);
  assert.equal(whole.length, 8);
  Bytes.free(whole);
  Bytes.free(whole);
  assert.equal(whole.buffer.byteLength, 0);
});

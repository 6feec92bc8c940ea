import assert from "node:assert/strict";
import { test } from "node:test";
import { retryAfterMs } from "../../../provider/http/retry-after.ts";

const NOW = Date.UTC(2026, 0, 1);

for (const [value, expected] of [
  ["2", 2000],
  ["0", 0],
  [" 5 ", 5000],
  ["86400", 60_000],
  ["Thu, 01 Jan 2026 00:00:07 GMT", 7000],
  ["Thu, 01 Jan 2026 09:00:00 GMT", 60_000],
  ["Wed, 31 Dec 2025 23:59:00 GMT", 0],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
] as const)
  test(`Retry-After ${JSON.stringify(value)} means ${expected} ms`, () => {
    assert.equal(retryAfterMs(value, NOW), expected);
  });

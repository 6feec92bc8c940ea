import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shares } from "../../../provider/report/shares.ts";

test("the shares of a layer's parts are whole, not negative, and add up to the layer", () => {
  const bytes = fc.nat({ max: 2 ** 40 });
  fc.assert(
    fc.property(bytes, fc.array(bytes, { minLength: 1, maxLength: 50 }), (whole, weights) => {
      const parts = shares(whole, weights);
      assert.equal(
        parts.reduce((sum, part) => sum + part, 0),
        whole,
      );
      for (const part of parts) assert.ok(Number.isSafeInteger(part) && part >= 0);
    }),
  );
});

test("a share is as large as its weight", () => {
  assert.deepEqual(shares(100, [1, 3]), [25, 75]);
  assert.deepEqual(shares(10, [0, 0]), [0, 10]);
});

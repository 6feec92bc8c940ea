import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { PathSet } from "../../../../provider/formats/layer/path-set.ts";

test("a union has the members of both sets, each once", () => {
  const members = fc.uniqueArray(fc.nat({ max: 99 }));
  fc.assert(
    fc.property(members, members, (a, b) => {
      const [one, other] = [PathSet.of(a, 100), PathSet.of(b, 100)];
      const both = new Set([...a, ...b]);
      assert.equal(PathSet.unionSize(one, other), both.size);
      assert.deepEqual(PathSet.union(one, other), PathSet.of(both, 100));
    }),
  );
});

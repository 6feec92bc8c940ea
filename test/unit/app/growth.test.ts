import assert from "node:assert/strict";
import { test } from "node:test";
import { describeChange, growthOf, packageChanges } from "../../../provider/app/growth.ts";

const part = (name: string, size: number, id = name) => ({ id, name, size });

test("changes are by package, with the versions before and after, the largest first", () => {
  const before = [
    part("glibc-2.39", 100),
    part("glibc-2.39-bin", 10),
    part("perl-5.38", 300),
    part("jq-1.7", 5, "/a-jq-1.7"),
    part("base system", 7),
    part("same-1", 1),
  ];
  const after = [
    part("glibc-2.40", 120),
    part("glibc-2.40-bin", 10),
    part("jq-1.7", 5, "/b-jq-1.7"),
    part("base system", 8),
    part("tree-2.1", 50),
    part("same-1", 1),
  ];
  const changes = packageChanges(before, after);
  assert.deepEqual(
    changes.map((change) => [growthOf(change), describeChange(change)]),
    [
      [-300, "perl 5.38 (gone)"],
      [50, "tree 2.1 (new)"],
      [20, "glibc 2.39 → 2.40"],
      [1, "base system (rebuilt)"],
      [0, "jq 1.7 (rebuilt)"],
    ],
  );
});

test("two versions of one package are both named", () => {
  const [change] = packageChanges(
    [part("openssl-3.0", 10)],
    [part("openssl-3.0", 10), part("openssl-1.1", 8)],
  );
  assert.equal(change && describeChange(change), "openssl 3.0 → 1.1, 3.0");
});

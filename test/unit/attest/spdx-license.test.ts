import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { spdxLicense } from "../../../provider/attest/spdx-license.ts";

const converted = (text: string): readonly [string, readonly string[]] => {
  const { expression, references } = spdxLicense(text);
  return [expression, references.map(({ id, name }) => `${id}: ${name}`)];
};

for (const [text, expression] of [
  ["MIT", "MIT"],
  ["mit or APACHE-2.0", "MIT OR Apache-2.0"],
  ["Apache-2.0+", "Apache-2.0+"],
  ["GPL-2.0+", "GPL-2.0+"],
  ["GPL-2.0-only WITH classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"],
  ["(MIT OR ISC) AND Zlib", "(MIT OR ISC) AND Zlib"],
] as const)
  test(`${text} is the SPDX expression ${expression}`, () => {
    assert.deepEqual(converted(text), [expression, []]);
  });

for (const [text, expression, reference] of [
  ["LicenseRef-nixpkgs-unfree", "LicenseRef-nixpkgs-unfree", "LicenseRef-nixpkgs-unfree: unfree"],
  ["Custom", "LicenseRef-nixpkgs-Custom", "LicenseRef-nixpkgs-Custom: Custom"],
  ["Custom+", "LicenseRef-nixpkgs-Custom-or-later", "LicenseRef-nixpkgs-Custom-or-later: Custom+"],
  [
    "MIT WITH new-exception",
    "LicenseRef-nixpkgs-MIT-WITH-new-exception",
    "LicenseRef-nixpkgs-MIT-WITH-new-exception: MIT WITH new-exception",
  ],
  [
    "DocumentRef-a:LicenseRef-b",
    "LicenseRef-nixpkgs-DocumentRef-a-LicenseRef-b",
    "LicenseRef-nixpkgs-DocumentRef-a-LicenseRef-b: DocumentRef-a:LicenseRef-b",
  ],
] as const)
  test(`${text} is not in SPDX's lists, and becomes a LicenseRef`, () => {
    assert.deepEqual(converted(text), [expression, [reference]]);
  });

test("a converted expression needs no further conversion", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,8}\+?$/);
  const license = fc.oneof(fc.constantFrom("MIT", "gpl-2.0-only", "LicenseRef-x"), word);
  const operator = fc.constantFrom(" AND ", " OR ", " WITH ");
  fc.assert(
    fc.property(license, operator, license, (one, between, other) => {
      let first;
      try {
        first = spdxLicense(`${one}${between}${other}`);
      } catch (error) {
        assert.ok(error instanceof RangeError);
        return;
      }
      const again = spdxLicense(first.expression);
      assert.equal(again.expression, first.expression);
      assert.deepEqual(
        again.references.map(({ id }) => id),
        first.references.map(({ id }) => id),
      );
    }),
  );
});

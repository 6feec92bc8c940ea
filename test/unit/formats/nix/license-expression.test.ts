import assert from "node:assert/strict";
import { test } from "node:test";
import { LicenseExpression } from "../../../../provider/formats/nix/license-expression.ts";

const rewritten = (text: string): string => LicenseExpression.format(LicenseExpression.parse(text));

for (const [text, expected = text] of [
  ["MIT"],
  ["GPL-2.0-only WITH Classpath-exception-2.0"],
  ["EUPL-1.1+"],
  ["LicenseRef-nixpkgs-unfree"],
  ["DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2"],
  ["MIT OR Apache-2.0 AND Zlib"],
  ["(MIT OR ISC) AND Zlib"],
  ["((MIT))  and  ((ISC or Zlib))", "MIT AND (ISC OR Zlib)"],
  ["MIT AND (ISC AND MIT)", "MIT AND ISC"],
  ["(MIT AND ISC) OR Zlib", "MIT AND ISC OR Zlib"],
  ["(MIT OR MIT) AND MIT", "MIT"],
] as const)
  test(`the license expression ${text} is written as ${expected}`, () => {
    assert.equal(rewritten(text), expected);
    assert.equal(rewritten(expected), expected);
  });

for (const text of [
  ...[
    "",
    " ",
    "MIT ISC",
    "MIT AND",
    "OR MIT",
    "AND",
    "(MIT",
    "MIT)",
    "()",
    "MIT WITH",
    "MIT WITH (X)",
  ],
  ...["MIT +", "Public Domain", "a_b", "MIT\nOR ISC", "MIT\u202eOR ISC", "café", "MIT OR OR ISC"],
  ...[
    "(MIT OR ISC) WITH X",
    `${"(".repeat(33)}MIT${")".repeat(33)}`,
    "(".repeat(3000),
    "x".repeat(1e6),
  ],
])
  test(`is no license expression: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.throws(
      () => LicenseExpression.parse(text),
      (error) => error instanceof RangeError && error.message.length < 100,
    );
  });

for (const [text, allowed, expected] of [
  ["MIT AND ISC", ["MIT"], false],
  ["MIT AND ISC", ["MIT", "ISC"], true],
  ["MIT OR ISC", ["ISC"], true],
  ["(MIT OR GPL-3.0-only) AND Zlib", ["MIT", "Zlib"], true],
  ["(MIT OR GPL-3.0-only) AND Zlib", ["MIT"], false],
  ["GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only"], false],
] as const)
  test(`${text} is ${expected ? "" : "not "}satisfied by ${allowed.join(" and ")}`, () => {
    const names: readonly string[] = allowed;
    const isAllowed = (license: string): boolean => names.includes(license);
    assert.equal(LicenseExpression.isSatisfied(LicenseExpression.parse(text), isAllowed), expected);
  });

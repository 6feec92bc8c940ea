/** `meta` in the shapes that nixpkgs gives it. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LicenseExpression } from "../../../provider/formats/nix/license-expression.ts";
import { packageMetadata } from "../../../provider/resolve/package-metadata.ts";

// As packages.json has them, from lib/licenses of nixpkgs.
const free = { deprecated: false, free: true, redistributable: true };
const MIT = { ...free, fullName: "MIT License", shortName: "mit", spdxId: "MIT" };
const GPL2 = {
  ...free,
  fullName: "GNU GPL v2.0 only",
  shortName: "gpl2Only",
  spdxId: "GPL-2.0-only",
};
const EUPL = { ...free, fullName: "EUPL 1.1", shortName: "eupl11", spdxId: "EUPL-1.1" };
const UNFREE = { free: false, fullName: "Unfree", shortName: "unfree", redistributable: false };
const LINKING = { shortName: "ocamlLgplLinkingException", spdxId: "OCaml-LGPL-linking-exception" };
const compound = (operator: string, ...licenses: object[]) => ({
  licenseType: "compound",
  operator,
  licenses,
});

let deep: unknown = MIT;
for (let level = 0; level < 5000; level += 1) deep = [deep, GPL2];

for (const [what, license, expected] of [
  ["a license with an SPDX identifier", MIT, "MIT"],
  ["a license without one", UNFREE, "LicenseRef-nixpkgs-unfree"],
  [
    "a license with only a full name",
    { fullName: "Acme's EULA (2024)" },
    "LicenseRef-nixpkgs-Acme-s-EULA-2024",
  ],
  ["a license that says nothing", { free: false }, "LicenseRef-nixpkgs-unknown"],
  ["a list", [MIT, GPL2], "MIT AND GPL-2.0-only"],
  ["a list of one", [GPL2], "GPL-2.0-only"],
  [
    "a list with a license that cannot be read",
    [MIT, null, 7],
    "MIT AND LicenseRef-nixpkgs-unknown",
  ],
  ["a text that is an expression", "MIT OR ISC", "MIT OR ISC"],
  ["a text that is none", "Public Domain", "LicenseRef-nixpkgs-Public-Domain"],
  ["a compound of alternatives", compound("OR", MIT, GPL2), "MIT OR GPL-2.0-only"],
  [
    "nested compounds",
    compound("AND", compound("OR", MIT, GPL2), UNFREE),
    "(MIT OR GPL-2.0-only) AND LicenseRef-nixpkgs-unfree",
  ],
  [
    "an exception",
    { licenseType: "exception", operator: "WITH", license: GPL2, exception: LINKING },
    "GPL-2.0-only WITH OCaml-LGPL-linking-exception",
  ],
  [
    "an exception without an identifier",
    { operator: "WITH", license: GPL2, exception: { shortName: "mine" } },
    "GPL-2.0-only WITH AdditionRef-nixpkgs-mine",
  ],
  [
    "a license or any later version",
    { licenseType: "plus", operator: "+", license: EUPL },
    "EUPL-1.1+",
  ],
  [
    "a hostile identifier",
    { spdxId: "MIT\nOR \u001b[2J", shortName: "\u001b]0;x\u0007mit" },
    "LicenseRef-nixpkgs-0-x-mit",
  ],
  ["a list of 5000 levels", deep, "LicenseRef-nixpkgs-unknown AND GPL-2.0-only"],
  [
    "a list of 5000 licenses",
    Array.from({ length: 5000 }, (_, at) => `L${at}`),
    "LicenseRef-nixpkgs-unknown",
  ],
  [
    "a name of a million letters",
    { shortName: "x".repeat(1e6) },
    `LicenseRef-nixpkgs-${"x".repeat(100)}`,
  ],
  ["no license", undefined, undefined],
  ["an empty list", [], undefined],
] as const)
  test(`meta.license with ${what} is ${expected ?? "left out"}`, () => {
    const { license: found } = packageMetadata({ license });
    assert.equal(found, expected);
    if (found !== undefined)
      assert.equal(LicenseExpression.format(LicenseExpression.parse(found)), found);
  });

const CPE = "cpe:2.3:a:haxx:curl:8.9.1:*:*:*:*:*:*:*";

test("identifiers and the homepage are taken over", () => {
  const cpeParts = { part: "a", vendor: "haxx", product: "curl" };
  const v1 = { cpe: CPE, cpeParts, possibleCPEs: [{ cpe: CPE, cpeParts }], purls: [] };
  assert.deepEqual(
    packageMetadata({
      homepage: ["https://curl.se/", "https://curl.haxx.se/"],
      identifiers: { ...v1, v1, purl: "pkg:github/curl/curl@8.9.1", purlParts: {} },
    }),
    {
      homepage: "https://curl.se/",
      identifiers: { purl: "pkg:github/curl/curl@8.9.1", cpe: CPE },
    },
  );
});

test("guesses of the CPE are kept where nixpkgs knows none", () => {
  const guesses = Array.from({ length: 30 }, (_, at) => ({ cpe: CPE.replace("8.9.1", `${at}`) }));
  const { identifiers } = packageMetadata({ identifiers: { possibleCPEs: guesses, purls: [] } });
  assert.equal(identifiers?.possibleCPEs?.length, 20);
  assert.equal(identifiers.cpe, undefined);
});

for (const meta of [
  undefined,
  null,
  "text",
  [],
  { homepage: "javascript:alert(1)", identifiers: [] },
  { homepage: "https://me:secret@example.org/" },
  { homepage: `https://example.org/${"x".repeat(1e6)}` },
  { homepage: "https://example.org/\u202e" },
  { homepage: 7, identifiers: { purl: "curl", cpe: "cpe:/a:haxx:curl", possibleCPEs: "x" } },
  { identifiers: { purl: "pkg:generic/a b", possibleCPEs: [null, 7, {}] } },
  JSON.parse('{"__proto__":{"license":"MIT"}}'),
])
  test(`nothing is taken over from ${String(JSON.stringify(meta)).slice(0, 60)}`, () => {
    assert.deepEqual(packageMetadata(meta), {});
  });

/**
 * License expressions of a lock as SPDX documents may have them: each identifier is in SPDX's list, or the document
 * defines it as a `LicenseRef-`. A lock may name a license that SPDX did not have when its list was copied.
 * @see https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
 * @module
 */
import { LicenseExpression } from "../formats/nix/license-expression.ts";
import { EXCEPTION_IDS, LICENSE_IDS } from "./spdx-lists.ts";

/** `LicenseRef-nixpkgs-unfree`, and the name that it stands for: `unfree`. */
export interface LicenseReference {
  readonly id: string;
  readonly name: string;
}

export interface SpdxLicense {
  /** Valid, with the letters as SPDX writes them. */
  readonly expression: string;
  /** Those in the expression. */
  readonly references: readonly LicenseReference[];
}

/** @param text as a lock has it. */
export function spdxLicense(text: string): SpdxLicense {
  const references: LicenseReference[] = [];
  const convert = (from: LicenseExpression): LicenseExpression => {
    if (from.kind !== "license")
      return LicenseExpression.combine(from.kind, from.operands.map(convert));
    const known = knownLicense(from.name);
    if (known !== undefined) return { kind: "license", name: known };
    const reference = referenceOf(from.name);
    references.push(reference);
    return { kind: "license", name: reference.id };
  };
  const expression = LicenseExpression.format(convert(LicenseExpression.parse(text)));
  return { expression, references };
}

const byLowerCase = (ids: string): ReadonlyMap<string, string> =>
  new Map(
    ids
      .trim()
      .split(/\s+/)
      .map((id) => [id.toLowerCase(), id]),
  );

const LICENSES = byLowerCase(LICENSE_IDS);
const EXCEPTIONS = byLowerCase(EXCEPTION_IDS);

/** In SPDX's spelling; undefined if a part of it is not in SPDX's lists. */
function knownLicense(name: string): string | undefined {
  const [license = "", exception] = name.split(" WITH ");
  const plus = license.endsWith("+") ? "+" : "";
  // Some deprecated identifiers end in a plus themselves: GPL-2.0+.
  const id =
    LICENSES.get(license.toLowerCase()) ??
    withPlus(LICENSES.get(license.slice(0, license.length - plus.length).toLowerCase()), plus);
  if (id === undefined || exception === undefined) return id;
  const known = EXCEPTIONS.get(exception.toLowerCase());
  return known === undefined ? undefined : `${id} WITH ${known}`;
}

const withPlus = (id: string | undefined, plus: string): string | undefined =>
  id === undefined ? undefined : `${id}${plus}`;

const OURS = /^LicenseRef-(?:nixpkgs-)?/;

function referenceOf(name: string): LicenseReference {
  // An identifier has letters, digits, dots and dashes only.
  const id = name.replaceAll("+", "-or-later").replace(/[^A-Za-z0-9.-]+/g, "-");
  return {
    id: OURS.test(id) ? id : `LicenseRef-nixpkgs-${id}`,
    name: name.replace(OURS, ""),
  };
}

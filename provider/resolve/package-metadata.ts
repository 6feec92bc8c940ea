/**
 * `meta` of nixpkgs, as packages.json and an evaluation have it, in the words of the lock. A value of another
 * shape is left out, because a strange homepage should not make a lock fail. A license that cannot be read is
 * kept all the same, as unknown.
 * @see https://github.com/NixOS/nixpkgs, lib/licenses and pkgs/stdenv/generic/check-meta.nix
 * @module
 */
import { z } from "zod";
import { LicenseExpression } from "../formats/nix/license-expression.ts";
import { PackageMetadata, POSSIBLE_CPES_LIMIT } from "../lock/package-metadata.ts";

export function packageMetadata(meta: unknown): PackageMetadata {
  const { license, homepage, identifiers } = Meta.parse(meta);
  const [firstHomepage] = [homepage].flat();
  const found: PackageMetadata = {
    license: licenseText(license),
    identifiers: usableIdentifiers(Identifiers.parse(identifiers)),
    homepage: usable(firstHomepage, PackageMetadata.checkHomepage),
  };
  return withoutUndefined(found);
}

const anything = z.unknown().optional();
const Meta = z
  .object({ license: anything, homepage: anything, identifiers: anything })
  .catch({ license: undefined, homepage: undefined, identifiers: undefined });

// Since nixpkgs 25.11. `purls` may be longer than `purl`, which is its first.
const Identifiers = z
  .object({ purl: anything, purls: anything, cpe: anything, possibleCPEs: anything })
  .catch({ purl: undefined, purls: undefined, cpe: undefined, possibleCPEs: undefined });

function usableIdentifiers(
  given: z.output<typeof Identifiers>,
): PackageMetadata["identifiers"] | undefined {
  const [firstPurl] = [given.purls].flat();
  const cpe = usable(given.cpe, PackageMetadata.checkCpe);
  const guesses = [given.possibleCPEs]
    .flat()
    .flatMap((guess) => usable(Object(guess).cpe, PackageMetadata.checkCpe) ?? [])
    .slice(0, POSSIBLE_CPES_LIMIT);
  const found = withoutUndefined({
    purl: usable(given.purl ?? firstPurl, PackageMetadata.checkPurl),
    cpe,
    possibleCPEs: cpe === undefined && guesses.length > 0 ? guesses : undefined,
  });
  return Object.keys(found).length === 0 ? undefined : found;
}

/** What does not fit is left out. */
function usable(value: unknown, check: (text: string) => string): string | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return check(value);
  } catch {
    return undefined;
  }
}

/** @param license an object of lib.licenses, a list of such, a compound of newer nixpkgs, or a text. */
function licenseText(license: unknown): string | undefined {
  const expression = licenseOf(license, 0);
  if (expression === undefined) return undefined;
  // An expression that is too long or too deep could not be read again.
  return usable(LicenseExpression.format(expression), PackageMetadata.checkLicense) ?? UNKNOWN.name;
}

const UNKNOWN = { kind: "license", name: "LicenseRef-nixpkgs-unknown" } as const;
const DEPTH_LIMIT = 16;

const License = z.object({
  spdxId: z.string().optional().catch(undefined),
  shortName: z.string().optional().catch(undefined),
  fullName: z.string().optional().catch(undefined),
  operator: z.enum(["AND", "OR", "WITH", "+"]).optional().catch(undefined),
  licenses: anything,
  license: anything,
  exception: anything,
});
type License = z.output<typeof License>;

/** Undefined where nixpkgs names none. */
function licenseOf(value: unknown, depth: number): LicenseExpression | undefined {
  if (value === undefined || value === null) return undefined;
  if (depth > DEPTH_LIMIT) return UNKNOWN;
  if (typeof value === "string") return parsed(value) ?? reference(value);
  // nixpkgs does not say whether all or any of a list apply. It takes all of them when it asks what is free.
  if (Array.isArray(value)) return combined("AND", value, depth);
  const read = License.safeParse(value);
  if (!read.success) return UNKNOWN;
  const { data } = read;
  switch (data.operator) {
    case "AND":
    case "OR":
      return combined(data.operator, [data.licenses].flat(), depth);
    case "+":
      return modified(data, depth, ({ name }) => `${name}+`);
    case "WITH":
      return modified(data, depth, ({ name }) => `${name} WITH ${exceptionName(data.exception)}`);
    case undefined:
      return parsed(data.spdxId ?? "") ?? reference(data.shortName ?? data.fullName ?? "");
  }
}

function combined(
  operator: "AND" | "OR",
  licenses: readonly unknown[],
  depth: number,
): LicenseExpression | undefined {
  const operands = licenses.map((each) => licenseOf(each, depth + 1) ?? UNKNOWN);
  return operands.length === 0 ? undefined : LicenseExpression.combine(operator, operands);
}

/** `+` and `WITH` belong to a single license. */
function modified(
  { license }: License,
  depth: number,
  name: (license: { readonly name: string }) => string,
): LicenseExpression {
  const base = licenseOf(license, depth + 1);
  return (base?.kind === "license" ? parsed(name(base)) : undefined) ?? UNKNOWN;
}

function exceptionName(exception: unknown): string {
  const read = License.safeParse(exception);
  const { spdxId, shortName, fullName } = read.success ? read.data : {};
  return spdxId ?? `AdditionRef-nixpkgs-${slug(shortName ?? fullName ?? "")}`;
}

function parsed(text: string): LicenseExpression | undefined {
  try {
    return LicenseExpression.parse(text);
  } catch {
    return undefined;
  }
}

const reference = (name: string): LicenseExpression => ({
  kind: "license",
  name: `LicenseRef-nixpkgs-${slug(name)}`,
});

/** The letters that SPDX allows in a name. */
const slug = (name: string): string =>
  name
    .slice(0, 100)
    .replace(/[^A-Za-z0-9.]+/g, "-")
    .replace(/^-+|-+$/g, "") || "unknown";

/** For comparisons: a missing field and an undefined one are the same. */
const withoutUndefined = <T extends object>(value: T): T =>
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- all fields of T are optional
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;

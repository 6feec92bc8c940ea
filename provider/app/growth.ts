/** What became larger and smaller, by package: all store paths of one name count together. @module */
import { formatBytes } from "../base/format-bytes.ts";
import { parseDrvName } from "../formats/nix/drv-name.ts";

export interface SizedPart {
  /** Its identity: a store path, the digest of a layer, or a name for what has neither. */
  readonly id: string;
  /** `curl-8.9.1` */
  readonly name: string;
  readonly size: number;
}

export interface PackageChange {
  /** `curl` */
  readonly name: string;
  /** Empty if the package is not in that image, or has no version. */
  readonly versions: { readonly before: readonly string[]; readonly after: readonly string[] };
  readonly size: { readonly before: number; readonly after: number };
}

/** The packages whose store paths differ; the largest change first. */
export function packageChanges(
  before: readonly SizedPart[],
  after: readonly SizedPart[],
): PackageChange[] {
  const [earlier, later] = [byName(before), byName(after)];
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .filter((name) => identityOf(earlier.get(name)) !== identityOf(later.get(name)))
    .map((name) => ({
      name,
      versions: { before: versionsOf(earlier.get(name)), after: versionsOf(later.get(name)) },
      size: { before: sizeOf(earlier.get(name)), after: sizeOf(later.get(name)) },
    }))
    .sort((a, b) => Math.abs(growthOf(b)) - Math.abs(growthOf(a)) || (a.name < b.name ? -1 : 1));
}

export const growthOf = ({ size }: PackageChange): number => size.after - size.before;

/** `glibc 2.39 → 2.40`, `jq 1.7 (new)`, `perl 5.38 (gone)`, `curl 8.9 (rebuilt)`. */
export function describeChange({ name, versions, size }: PackageChange): string {
  const [before, after] = [versions.before.join(", "), versions.after.join(", ")];
  const named = (version: string): string => (version === "" ? name : `${name} ${version}`);
  if (size.before === 0 && before === "") return `${named(after)} (new)`;
  if (size.after === 0 && after === "") return `${named(before)} (gone)`;
  return before === after
    ? `${named(after)} (rebuilt)`
    : `${name} ${before || "?"} → ${after || "?"}`;
}

/** `  +12.3 MB  jq 1.7 (new)` */
export const changeLine = (change: PackageChange): string =>
  `${signed(growthOf(change)).padStart(10)}  ${describeChange(change)}`;

const signed = (bytes: number): string => `${bytes < 0 ? "−" : "+"}${formatBytes(Math.abs(bytes))}`;

function byName(parts: readonly SizedPart[]): ReadonlyMap<string, readonly SizedPart[]> {
  return Map.groupBy(parts, (part) => parseDrvName(part.name).name);
}

const identityOf = (parts: readonly SizedPart[] = []): string =>
  parts
    .map(({ id, size }) => `${id} ${size}`)
    .sort()
    .join("\n");

/** Without the output's name, which nixpkgs writes behind the version: `1.6-bin` is 1.6. */
const versionsOf = (parts: readonly SizedPart[] = []): string[] =>
  [...new Set(parts.map(({ name }) => parseDrvName(name).version?.replace(OUTPUT, "") ?? ""))]
    .filter((version) => version !== "")
    .sort();

const sizeOf = (parts: readonly SizedPart[] = []): number =>
  parts.reduce((sum, { size }) => sum + size, 0);

const OUTPUT = /-(?:bin|data|debug|dev|devdoc|doc|info|lib|man|out|static|terminfo)$/;

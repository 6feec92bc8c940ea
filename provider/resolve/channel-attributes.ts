/** How attributes of an image are found among the attributes of a channel. @module */
import type { IndexedPackage, PackageIndex } from "./package-index.ts";

/** The attribute of a channel for an attribute of the lock. */
export interface FoundAttribute {
  /** As in the lock: `man`, `curl.dev`, `nix`. */
  readonly attribute: string;
  /** As in the channel, and in the names of Hydra's jobs: `man-db`, `curl`, `lix`. */
  readonly channelAttribute: string;
  readonly indexed: IndexedPackage;
  /** Chosen by the attribute: `dev` of `curl.dev`. */
  readonly output: string | undefined;
}

// packages.json holds no aliases. @see nixpkgs pkgs/top-level/aliases.nix
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["man", "man-db"],
  // Since 2025 bash is the interactive one; before, bashInteractive is there itself.
  ["bashInteractive", "bash"],
]);

/** Attributes to look for, best first. */
function candidates(attribute: string, lix: string): string[] {
  if (attribute === "nix") return [lix];
  const alias = ALIASES.get(attribute);
  return alias === undefined ? [attribute] : [attribute, alias];
}

/** Splits `python3Packages.requests.dist` at the last dot. */
function split(attribute: string): readonly [before: string, output: string] | undefined {
  const dot = attribute.lastIndexOf(".");
  return dot < 1 ? undefined : [attribute.slice(0, dot), attribute.slice(dot + 1)];
}

/** Every attribute that {@link findAttribute} may ask for. */
export function attributesToRead(attributes: readonly string[], lix: string): Set<string> {
  return new Set(
    attributes.flatMap((attribute) => {
      const before = split(attribute)?.[0];
      return [
        ...candidates(attribute, lix),
        ...(before === undefined ? [] : candidates(before, lix)),
      ];
    }),
  );
}

/** The attribute itself, else an output of the attribute before the last dot, else undefined. */
export function findAttribute(
  attribute: string,
  index: PackageIndex,
  lix: string,
): FoundAttribute | undefined {
  const find = (name: string, output: string | undefined): FoundAttribute | undefined => {
    for (const channelAttribute of candidates(name, lix)) {
      const indexed = index.get(channelAttribute);
      if (indexed === undefined) continue;
      if (output !== undefined && !indexed.outputs.includes(output)) continue;
      return { attribute, channelAttribute, indexed, output };
    }
    return undefined;
  };
  const [before, output] = split(attribute) ?? [];
  return find(attribute, undefined) ?? (before === undefined ? undefined : find(before, output));
}

/**
 * The packages that a profile's manifest.nix lists: ours, and those that `nix-env` writes. Only what both have is
 * read; a file in another form lists nothing.
 * @module
 */
import { parseDrvName } from "../nix/drv-name.ts";
import { StorePath } from "../nix/store-path.ts";

export interface ManifestPackage {
  readonly name: string;
  /** Empty where it has none. */
  readonly version: string;
  readonly storePaths: readonly StorePath[];
}

const TOKEN = /(?:\b(name|outPath)\s*=\s*)?"((?:[^"\\]|\\.)*)"|[{}]/gs;

/** In the order of the file. */
export function readManifestNix(text: string): ManifestPackage[] {
  const packages: ManifestPackage[] = [];
  let depth = 0;
  let fullName = "";
  let storePaths = new Set<StorePath>();
  for (const [token, attribute, value = ""] of text.matchAll(TOKEN)) {
    if (token === "{") depth += 1;
    else if (token === "}") {
      depth -= 1;
      if (depth > 0) continue;
      const { name, version = "" } = parseDrvName(fullName);
      if (fullName !== "") packages.push({ name, version, storePaths: [...storePaths] });
      [depth, fullName, storePaths] = [0, "", new Set()];
    } else if (attribute === "outPath" && StorePath.is(value)) storePaths.add(value);
    // An output's and its meta's names are deeper.
    else if (attribute === "name" && depth === 1) fullName = value.replace(/\\(.)/gs, "$1");
  }
  return packages;
}

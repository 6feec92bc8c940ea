/**
 * The profile's manifest.nix: what `nix-env` believes to be installed, byte for byte as docker.nix
 * lays it out.
 * @module
 */
import type { StorePath } from "../nix/store-path.ts";

export interface ProfilePackage {
  /** `curl-8.9.1`, without the output's suffix. */
  readonly name: string;
  /** Nix system: `x86_64-linux`. */
  readonly system: string;
  /** What `"${curl}"` is: the first output, or the chosen one. */
  readonly outPath: StorePath;
  /** The output `out`, which need not be one that is installed. */
  readonly out: StorePath;
  /** What goes into the profile, in this order. */
  readonly install: readonly StorePath[];
  /** `meta.priority`; a lower number wins. */
  readonly priority: number;
}

/** A package listed twice stands there twice. */
export function manifestNix(packages: readonly ProfilePackage[]): string {
  return `[\n${packages.map(element).join("\n")}\n]\n`;
}

// docker.nix asks for `drv.outputsToInstall`, which is in `meta` in truth: so it is always "out".
function element({ name, system, outPath, out }: ProfilePackage): string {
  return `\
{
  out = { outPath = ${nixString(out)}; };

  outputs = [ "out" ];
  name = ${nixString(name)};
  outPath = ${nixString(outPath)};
  system = ${nixString(system)};
  type = "derivation";
  meta = { };
}
`;
}

/** A literal of the Nix language; names of derivations have nothing to escape, but locks are written by people. */
function nixString(text: string): string {
  return `"${text.replace(/["\\]|\$(?=\{)/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

/** What the name of a derivation says: `curl-8.9.1` is version 8.9.1 of curl. @module */

export interface DrvName {
  readonly name: string;
  readonly version: string | undefined;
}

/**
 * Nix's `builtins.parseDrvName`: the version starts behind the first dash that no letter follows.
 * @see lix libexpr/drv-name.cc
 */
export function parseDrvName(text: string): DrvName {
  const dash = text.search(/-[^A-Za-z]/);
  return dash < 0
    ? { name: text, version: undefined }
    : { name: text.slice(0, dash), version: text.slice(dash + 1) };
}

/**
 * What nixpkgs installs of a package that does not say: `bin`, else `out`, else the first output, and
 * `man`. @see nixpkgs pkgs/stdenv/generic/check-meta.nix, outputsToInstall
 */
export function defaultOutputsToInstall(outputs: readonly [string, ...string[]]): string[] {
  const main =
    outputs.find((output) => output === "bin") ?? outputs.find((output) => output === "out");
  const chosen = [main ?? outputs[0]];
  if (outputs.includes("man") && !chosen.includes("man")) chosen.push("man");
  return chosen;
}

/** `meta.priority` of a package that sets none. @see nixpkgs pkgs/build-support/buildenv */
export const DEFAULT_PRIORITY = 5;

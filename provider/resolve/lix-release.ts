/**
 * Releases of the Lix project, read from their manifest.nix.
 * @see https://git.lix.systems/lix-project/lix, releng
 * @module
 */
import { StorePath } from "../formats/nix/store-path.ts";
import { fetchText, type FetchOptions } from "./fetch-text.ts";
import type { LockedCache, LockedPackage } from "../lock/lock.ts";
import { DEFAULT_PRIORITY, parseDrvName } from "../formats/nix/drv-name.ts";
import { lixError } from "../errors/lix-error.ts";

const RELEASES = "https://releases.lix.systems/";

/** Where releases come from, and the key that `nix upgrade-nix` and the installer trust. */
export const LIX_CACHE: LockedCache = {
  url: "https://cache.lix.systems",
  trustedPublicKeys: ["cache.lix.systems:aBnZUw8zA7H35Cz2RyKFVs3H4PlGTLawyY5KRbvJR8o="],
};

/** `2.93.3`, `latest`, or the URL of a manifest.nix. */
export function lixManifestUrl(release: string): URL {
  if (/^https?:\/\//.test(release)) {
    const url = URL.parse(release);
    if (url !== null) return url;
  }
  if (release === "latest") return new URL("manifest.nix", RELEASES);
  if (!/^\d+\.\d+(\.\d+)?(-[0-9A-Za-z.]+)?$/.test(release))
    throw new RangeError(`expected a release of Lix (2.93.3), "latest" or a URL; got ${release}`);
  return new URL(`lix/lix-${release}/manifest.nix`, RELEASES);
}

/** The package `nix` of each system: its output `out`, the only one that a manifest names. */
export async function lixRelease(
  manifest: URL,
  systems: readonly string[],
  options: FetchOptions = {},
): Promise<ReadonlyMap<string, LockedPackage>> {
  const paths = manifestPaths(await fetchText(manifest, options));
  const packages = systems.map((system): [string, LockedPackage] => {
    const path = paths.get(system);
    if (path === undefined)
      throw lixError("UNUSABLE_LIX_RELEASE", { manifest, system, found: [...paths.keys()] });
    const name = StorePath.name(path);
    const version = parseDrvName(name).version;
    if (version === undefined)
      throw lixError("UNUSABLE_LIX_RELEASE", { manifest, system, found: [name] });
    return [
      system,
      {
        attribute: "nix",
        name,
        version,
        outputs: new Map([["out", path]]),
        defaultOutput: "out",
        outputsToInstall: ["out"],
        priority: DEFAULT_PRIORITY,
        outputSpecified: false,
      },
    ];
  });
  return new Map(packages);
}

/** `x86_64-linux = "/nix/store/…-lix-2.93.3";` and so on, in an attribute set, and nothing else. */
function manifestPaths(text: string): ReadonlyMap<string, StorePath> {
  const lines = text
    .replace(/#.*$/gm, "")
    .matchAll(/(?:^|[\s{;])"?([a-z0-9_]+-[a-z0-9]+)"?\s*=\s*"(\/nix\/store\/[^"]+)"\s*;/g);
  return new Map(
    [...lines].flatMap(([, system = "", path = ""]) =>
      StorePath.is(path) ? [[system, StorePath.parse(path)] as const] : [],
    ),
  );
}

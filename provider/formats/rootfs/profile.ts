/**
 * The profile's tree, `user-environment`: buildEnv over the packages, then what docker.nix's
 * `cp -a rootEnv/* $out/; ln -sf manifest $out/manifest.nix` makes of it.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import { buildEnv } from "../nix/build-env.ts";
import type { EnvResult } from "../nix/build-env.ts";
import type { StorePath } from "../nix/store-path.ts";
import { Tree } from "../nix/tree.ts";
import { UnknownListing, VirtualStore } from "../nix/virtual-store.ts";
import type { ListingOf } from "../nix/virtual-store.ts";
import type { ProfilePackage } from "./manifest-nix.ts";

/** `manifest` is the store path of the manifest.nix that goes with `packages`. */
export function makeProfile(
  packages: readonly ProfilePackage[],
  manifest: StorePath,
  listingOf: ListingOf,
): EnvResult {
  const result = buildEnv(
    packages.flatMap(({ name: label, priority, install }) =>
      install.map((storePath) => ({ storePath, priority, label })),
    ),
    listingOf,
  );
  if (result.kind === "needs") return result;

  // The shell's `*` does not match dot names, and fails where it matches nothing.
  const entries = new Map([...result.tree.entries].filter(([name]) => !name.startsWith(".")));
  if (entries.size === 0) throw lixError("EMPTY_PROFILE", {});
  try {
    if (isDirectory(entries.get(MANIFEST), VirtualStore.over(listingOf)))
      throw lixError("MANIFEST_IS_DIRECTORY", {});
  } catch (error) {
    if (error instanceof UnknownListing) return { kind: "needs", paths: [error.storePath] };
    throw error;
  }
  entries.set(MANIFEST, Tree.symlink(manifest));
  return { ...result, tree: { kind: "directory", entries } };
}

const MANIFEST: ByteString = "manifest.nix";

// `ln -sf` replaces a file or a link to one, but would go into a directory or through a link to one.
const isDirectory = (tree: Tree | undefined, store: VirtualStore): boolean =>
  tree?.kind === "directory" ||
  (tree?.kind === "symlink" && store.stat(tree.target)?.kind === "directory");

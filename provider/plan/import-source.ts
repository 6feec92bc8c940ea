/**
 * Imports a file or directory from disk as Nix imports a source: `fixed:r:sha256`, named for its
 * base name.
 * @module
 */
import { basename, resolve } from "node:path";
import type { ByteString } from "../base/byte-string.ts";
import { STORE_DIR, StorePath } from "../formats/nix/store-path.ts";
import { flakeRegistryTarget } from "../formats/rootfs/flake-registry.ts";
import { generateTree } from "../formats/rootfs/generated.ts";
import type { GeneratedPath } from "../formats/rootfs/generated.ts";
import { SourceUnusable, sourceTree } from "./source-tree.ts";

export interface ImportedSource {
  readonly generated: GeneratedPath;
  /** What the link to the flake registry points to. */
  readonly linkTarget: ByteString;
}

/** A flake registry: a file, or a directory with a `flake-registry.json` in it. */
export async function importSource(path: string, signal?: AbortSignal): Promise<ImportedSource> {
  const absolute = resolve(path);
  const name = basename(absolute);
  if (!StorePath.is(`${STORE_DIR}/${"0".repeat(32)}-${name}`))
    throw new SourceUnusable(ARGUMENT, absolute, "its name cannot be a store path's", {
      hint: "rename it; allowed are letters, digits and + - . _ ? =",
    });
  const tree = await sourceTree(absolute, ARGUMENT, signal);
  // A source refers to nothing: its contents are not searched.
  const generated = generateTree(name, tree, []);
  return {
    generated,
    linkTarget: flakeRegistryTarget(generated.info.storePath, tree, absolute),
  };
}

const ARGUMENT = "flakeRegistry";

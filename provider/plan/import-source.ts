/**
 * Imports a file or directory from disk as Nix imports a source: `fixed:r:sha256`, named for its
 * base name.
 * @module
 */
import type { Stats } from "node:fs";
import { lstat, readdir, readFile, readlink, realpath } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { ByteString } from "../base/byte-string.ts";
import { LixImageError } from "../base/errors.ts";
import { STORE_DIR, StorePath } from "../formats/nix/store-path.ts";
import { Tree } from "../formats/nix/tree.ts";
import { flakeRegistryTarget } from "../formats/rootfs/flake-registry.ts";
import { generateTree } from "../formats/rootfs/generated.ts";
import type { GeneratedPath } from "../formats/rootfs/generated.ts";

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
    throw new SourceUnusable(absolute, "its name cannot be a store path's", {
      hint: "rename it; allowed are letters, digits and + - . _ ? =",
    });
  const bytes = Buffer.from(absolute);
  const stats = await lstat(bytes).catch((cause: unknown) => {
    throw new SourceUnusable(absolute, "it cannot be read", { cause });
  });
  // Nix would import the bare link, and its target is not in the image.
  if (stats.isSymbolicLink())
    throw new SourceUnusable(absolute, "it is a symbolic link", {
      hint: `name what it leads to: ${await realpath(absolute).catch(() => "nothing that exists")}`,
    });
  const tree = await readTree(bytes, stats, signal);
  // A source refers to nothing: its contents are not searched.
  const generated = generateTree(name, tree, []);
  return {
    generated,
    linkTarget: flakeRegistryTarget(generated.info.storePath, tree, absolute),
  };
}

/** Paths are bytes, because names need not be UTF-8. */
async function readTree(path: Buffer, stats: Stats, signal?: AbortSignal): Promise<Tree> {
  signal?.throwIfAborted();
  try {
    if (stats.isFile()) {
      const contents = await readFile(path, { signal });
      // Nix looks at the owner's bit alone.
      return Tree.file(contents, (stats.mode & 0o100) !== 0);
    }
    if (stats.isSymbolicLink())
      return Tree.symlink(ByteString.fromBytes(await readlink(path, { encoding: "buffer" })));
    if (stats.isDirectory()) {
      const entries = new Map<ByteString, Tree>();
      for (const name of await readdir(path, { encoding: "buffer" })) {
        const child = Buffer.concat([path, SLASH, name]);
        if (name.subarray(0, WHITEOUT.length).equals(WHITEOUT))
          throw new SourceUnusable(child.toString(), "in an image its name deletes another file", {
            hint: "remove that file, or give it a name that does not begin with .wh.",
          });
        entries.set(ByteString.fromBytes(name), await readTree(child, await lstat(child), signal));
      }
      return { kind: "directory", entries };
    }
  } catch (cause) {
    if (cause instanceof SourceUnusable || signal?.aborted === true) throw cause;
    throw new SourceUnusable(path.toString(), "it cannot be read", { cause });
  }
  throw new SourceUnusable(path.toString(), "it is neither file, directory nor symbolic link");
}

const SLASH = Buffer.from("/");
// image-spec layer.md#whiteouts.
const WHITEOUT = Buffer.from(".wh.");

export class SourceUnusable extends LixImageError {
  readonly code = "SOURCE_UNUSABLE";
  constructor(
    path: string,
    why: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(`flakeRegistry: ${path} cannot be imported: ${why}`, options);
  }
}

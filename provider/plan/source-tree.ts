/** Reads a file or directory from disk as Nix would: no time, one exec bit. @module */
import type { Stats } from "node:fs";
import { lstat, readdir, readFile, readlink, realpath } from "node:fs/promises";
import { ByteString } from "../base/byte-string.ts";
import { LixImageError } from "../base/errors.ts";
import { Tree } from "../formats/nix/tree.ts";

/** @param argument that names `path`, for messages. */
export async function sourceTree(
  path: string,
  argument: string,
  signal?: AbortSignal,
): Promise<Tree> {
  const bytes = Buffer.from(path);
  const stats = await lstat(bytes).catch((cause: unknown) => {
    throw new SourceUnusable(argument, path, "it cannot be read", { cause });
  });
  // Nix would take the bare link, and its target is not in the image.
  if (stats.isSymbolicLink())
    throw new SourceUnusable(argument, path, "it is a symbolic link", {
      hint: `name what it leads to: ${await realpath(path).catch(() => "nothing that exists")}`,
    });
  return readTree(bytes, stats, { argument, signal, bytes: 0 });
}

interface Reading {
  readonly argument: string;
  readonly signal: AbortSignal | undefined;
  /** Of all files so far: they are all in memory at once. */
  bytes: number;
}

/** Paths are bytes, because names need not be UTF-8. */
async function readTree(path: Buffer, stats: Stats, reading: Reading): Promise<Tree> {
  const { argument, signal } = reading;
  signal?.throwIfAborted();
  try {
    if (stats.isFile()) {
      reading.bytes += stats.size;
      if (reading.bytes > MOST_BYTES)
        throw new SourceUnusable(argument, path.toString(), `with it, ${TOO_MUCH}`, {
          hint: "larger data belongs into a package of the lock, or into a volume",
        });
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
          throw new SourceUnusable(
            argument,
            child.toString(),
            "in an image its name deletes another file",
            { hint: "remove that file, or give it a name that does not begin with .wh." },
          );
        entries.set(ByteString.fromBytes(name), await readTree(child, await lstat(child), reading));
      }
      return { kind: "directory", entries };
    }
  } catch (cause) {
    if (cause instanceof SourceUnusable || signal?.aborted === true) throw cause;
    throw new SourceUnusable(argument, path.toString(), "it cannot be read", { cause });
  }
  const why = "it is neither file, directory nor symbolic link";
  throw new SourceUnusable(argument, path.toString(), why);
}

// In memory a byte of a source is held four times: as file, as NAR, as tar and for the search for store paths.
const MOST_BYTES = 128 * 1024 ** 2;
const TOO_MUCH = "the source has more than 128 MiB, which is all that is kept in memory";

const SLASH = Buffer.from("/");
// image-spec layer.md#whiteouts.
const WHITEOUT = Buffer.from(".wh.");

export class SourceUnusable extends LixImageError {
  readonly code = "SOURCE_UNUSABLE";
  constructor(
    argument: string,
    path: string,
    why: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(`${argument}: ${path} cannot be imported: ${why}`, options);
  }
}

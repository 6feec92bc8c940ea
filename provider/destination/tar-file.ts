/**
 * A tar on disk whose files can be read in any order. Archives by other programs need this, because the file
 * that lists their contents is often the last one. One that is compressed is unpacked into a temporary file
 * first.
 * @module
 */
import { createReadStream } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { requireWithin } from "../base/budgets.ts";
import { Bytes } from "../base/bytes.ts";
import { fromFile, withFile } from "../base/file-unusable.ts";
import { withTempDir } from "../base/temp-dir.ts";
import { DamagedCompression, UnsupportedCompression } from "../compression/decompress-errors.ts";
import { decompressAs, formatOf, LONGEST_MAGIC } from "../compression/decompress.ts";
import { boundedExpansion } from "../compression/expansion.ts";
import { readArchive } from "../formats/tar/read-archive.ts";
import { TarMalformed } from "../formats/tar/tar-input.ts";
import { ImageUnreadable } from "./image-unreadable.ts";

export interface TarFile {
  /** For messages: `/srv/images/lix.tar`. */
  readonly description: string;
  /** Undefined where no such file is. */
  readonly find: (name: string) => TarFileEntry | undefined;
}

export interface TarFileEntry {
  readonly size: number;
  readonly open: () => Bytes;
}

/** Lends the files of an archive. Throws ImageUnreadable for a file that is not an archive or is incomplete. */
export async function withTarFile<T>(file: string, use: (tar: TarFile) => Promise<T>): Promise<T> {
  const path = resolve(file);
  const format = formatOf(await firstBytes(path));
  if (format === undefined) return use(await indexTar(path, path));
  return withTempDir(async (folder) => {
    const plain = join(folder, "archive.tar");
    try {
      const unpacked = boundedExpansion(readFrom(path), path, (bytes) =>
        decompressAs(bytes, format),
      );
      await withFile(plain, () => writeFile(plain, unpacked));
    } catch (error) {
      if (!(error instanceof DamagedCompression || error instanceof UnsupportedCompression))
        throw error;
      throw new ImageUnreadable(path, "it does not decompress", error);
    }
    return use(await indexTar(plain, path));
  });
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).isDirectory()) throw new ImageUnreadable(path, "it is a folder");
    return await Bytes.collect(readFrom(path, 0, LONGEST_MAGIC));
  } catch (error) {
    if (error instanceof ImageUnreadable) throw error;
    throw new ImageUnreadable(path, "the file cannot be read", error);
  }
}

interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

async function indexTar(path: string, description: string): Promise<TarFile> {
  const files = new Map<string, ByteRange>();
  const links = new Map<string, string>();
  try {
    for await (const event of readArchive(readFrom(path), description)) {
      if (event.kind === "contents" || event.kind === "directory") continue;
      requireWithin("archiveFiles", files.size + links.size + 1, description);
      const name = posix.normalize(event.path);
      // Readers differ on which of the two counts.
      if (files.has(name) || links.has(name))
        throw new ImageUnreadable(description, `it has two files ${JSON.stringify(name)}`);
      if (event.kind === "regular") files.set(name, event);
      // Docker before 25 saves a layer that several images share once, and links to it.
      else if (event.kind === "hard link") links.set(name, posix.normalize(event.target));
      else links.set(name, posix.join(posix.dirname(name), event.target));
    }
  } catch (error) {
    if (!(error instanceof TarMalformed)) throw error;
    throw new ImageUnreadable(description, "it is not a tar archive, or it is incomplete", error);
  }
  return {
    description,
    find(name) {
      const range = files.get(name) ?? files.get(links.get(name) ?? "");
      if (range === undefined) return undefined;
      const { offset, size } = range;
      return { size, open: () => readFrom(path, offset, size) };
    },
  };
}

async function* readFrom(path: string, start = 0, size = Infinity): AsyncGenerator<Uint8Array> {
  // `end` is the last byte's place: there is no way to say "nothing".
  if (size === 0) return;
  const end = start + size - 1;
  yield* fromFile(path, createReadStream(path, { start, end, highWaterMark: CHUNK }));
}

const CHUNK = 256 * 1024;

/**
 * Images in one tar file. The first entry says what the image is and what it is called; the names of the others
 * contain the digests of their contents. The file is written under a temporary name, and renamed when it is
 * complete.
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../base/make-folder.ts";
import { Bytes } from "../base/bytes.ts";
import { codeOf } from "../base/error-code.ts";
import { placeFile } from "../base/place-file.ts";
import { removeAbandoned } from "../base/temporary.ts";
import { decompressAs } from "../compression/decompress.ts";
import { compress } from "../formats/layer/compressor.ts";
import { Owner } from "../base/owner.ts";
import { lixError } from "../errors/lix-error.ts";
import { encodeHeader, type TarHeader } from "../formats/tar/header.ts";
import { packTar, type TarItem } from "../formats/tar/pack.ts";
import type { TarEvent } from "../formats/tar/read-tar.ts";
import { readArchive } from "../formats/tar/read-archive.ts";
import { fromElsewhere, usable } from "./destination-unusable.ts";

/** A file of the archive. */
export interface ArchivePart {
  /** ASCII. */
  readonly path: string;
  readonly size: number;
  readonly open: () => Bytes;
}

export const ArchivePart = {
  ofBytes: (path: string, bytes: Uint8Array): ArchivePart => ({
    path,
    size: bytes.length,
    open: () => Bytes.of(bytes),
  }),
};

/** The archive's bytes, from beginning to end. */
export const packParts = (parts: readonly ArchivePart[]): Bytes => packTar(itemsOf(parts));

/** How many bytes that will be. */
export function packedSize(parts: readonly ArchivePart[]): number {
  const blocks = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;
  const sizes = parts.map((part) => encodeHeader(headerOf(part)).length + blocks(part.size));
  return sizes.reduce((sum, size) => sum + size, 2 * BLOCK);
}

const BLOCK = 512;

/** Places a new archive, in one atomic step. */
export const writeArchive = (
  file: string,
  parts: readonly ArchivePart[],
  signal: AbortSignal | undefined,
): Promise<void> =>
  usable(file, () =>
    place(
      file,
      fromElsewhere(() => packParts(parts)),
      signal,
    ),
  );

/** Places the archive that is there with another first entry. Throws ArchiveDamaged. */
export const rewriteHead = (
  file: string,
  head: ArchivePart,
  signal: AbortSignal | undefined,
): Promise<void> => usable(file, () => place(file, packTar(withHead(file, head)), signal));

/** The text of the first entry; undefined when no such archive is there. */
export async function readHead(file: string, path: string): Promise<string | undefined> {
  const events = readArchive(openArchive(file), file);
  try {
    const first = await events.next();
    if (first.done === true || first.value.kind !== "regular") return undefined;
    if (first.value.path !== path || first.value.size > HEAD_LIMIT) return undefined;
    const parts: Uint8Array[] = [];
    for await (const event of events) {
      if (event.kind !== "contents") break;
      parts.push(event.bytes);
    }
    return Buffer.concat(parts).toString("utf8");
  } catch (error) {
    if (codeOf(error) === "EISDIR") throw lixError("ARCHIVE_IS_FOLDER", { file });
    // Something else, or nothing: the archive is written again, and an error of its place shows then.
    return undefined;
  } finally {
    await events.return(undefined);
  }
}

const HEAD_LIMIT = 4 * 1024 * 1024;

async function* itemsOf(parts: readonly ArchivePart[]): AsyncGenerator<TarItem> {
  for (const part of parts) {
    yield headerOf(part);
    for await (const bytes of part.open()) yield { kind: "contents", bytes };
  }
}

const headerOf = ({ path, size }: Omit<ArchivePart, "open">): TarHeader => ({
  kind: "regular",
  path,
  size,
  mode: 0o644,
  owner: Owner.root,
});

async function* withHead(file: string, head: ArchivePart): AsyncGenerator<TarItem> {
  yield* itemsOf([head]);
  const check = new NamedByDigest(file);
  for await (const event of readArchive(openArchive(file), file)) {
    if (!check.add(event)) continue;
    if (event.kind === "regular") yield headerOf(event);
    if (event.kind === "contents") yield event;
  }
  check.finish();
}

/** Checks that each entry except the first has the contents that its name says. */
class NamedByDigest {
  readonly #file: string;
  #entries = 0;
  #expected: string | undefined;
  #hash = createHash("sha256");

  constructor(file: string) {
    this.#file = file;
  }

  /** False for what belongs to the first entry. */
  add(event: TarEvent): boolean {
    if (event.kind === "contents") this.#hash.update(event.bytes);
    else {
      this.finish();
      this.#entries += 1;
      this.#expected = /[0-9a-f]{64}/.exec(event.path)?.[0];
      this.#hash = createHash("sha256");
    }
    return this.#entries > 1;
  }

  finish(): void {
    if (this.#expected !== undefined && this.#hash.digest("hex") !== this.#expected)
      throw lixError("ARCHIVE_DAMAGED", { file: this.#file, digest: this.#expected });
  }
}

function openArchive(file: string): Bytes {
  const source: Bytes = createReadStream(file, { highWaterMark: CHUNK });
  return isGzip(file) ? decompressAs(source, "gzip") : source;
}

const CHUNK = 256 * 1024;
const isGzip = (file: string): boolean => /\.t?gz$/.test(file);
// Packages are mostly code: beyond it, time grows much faster than the file shrinks.
const GZIP = { algorithm: "gzip", level: 4 } as const;

/** Two members, whose contents readers join (RFC 1952, 2.2): the first bytes, and all others. */
async function* gzip(tar: Bytes): AsyncGenerator<Uint8Array> {
  const source = tar[Symbol.asyncIterator]();
  try {
    const first = await source.next();
    const start = first.done === true ? new Uint8Array() : first.value;
    yield* compress(Bytes.of(start.subarray(0, SNIFFED)), GZIP);
    const rest = { [Symbol.asyncIterator]: () => source };
    yield* compress(concatenated(Bytes.of(start.subarray(SNIFFED)), rest), GZIP);
  } finally {
    await source.return?.();
  }
}

// skopeo and podman look at so many bytes to recognise a tar, and start again. pgzip before 1.2.6, which those
// of Debian 12 and Ubuntu 22.04 have, then loses the rest of the block whose start they looked at.
// So that block is made to hold no more than what they look at: a member's end is a block's end.
const SNIFFED = 8;

async function* concatenated(...sources: readonly Bytes[]): AsyncGenerator<Uint8Array> {
  for (const source of sources) yield* source;
}

async function place(file: string, tar: Bytes, signal: AbortSignal | undefined): Promise<void> {
  const hidden = `.${basename(file)}`;
  await makeFolder(dirname(file));
  await removeAbandoned(dirname(file), `${hidden}.`);
  const bytes = isGzip(file) ? gzip(tar) : tar;
  try {
    await placeFile(join(dirname(file), hidden), async (temporary) => {
      await writeFile(temporary, untilAborted(bytes, signal), { flush: true });
      return file;
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (codeOf(error) === "EISDIR") throw lixError("ARCHIVE_IS_FOLDER", { file });
    throw error;
  }
}

async function* untilAborted(
  source: Bytes,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    signal?.throwIfAborted();
    yield chunk;
  }
  signal?.throwIfAborted();
}

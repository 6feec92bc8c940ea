/**
 * What this machine has built before: blobs of layers by digest, the digests of layers by LayerKey, listings
 * by narHash, and the locks whose signatures are good. Processes share it; its size is bounded, and
 * everything is verified when it is read.
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { BufferedBytes, Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { removeAbandoned } from "../base/temporary.ts";
import type { Listing } from "../formats/nix/listing.ts";
import { listingFromJson, listingToJson } from "../formats/nix/listing-json.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { DiffId, Digest } from "../formats/oci/digest.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";
import { BlobMismatch, verifiedBlob } from "../formats/oci/verified-blob.ts";
import type { LayerKey } from "../plan/recipe.ts";
import { cacheSize } from "./cache-size.ts";
import { evict, MOST_FILES, type Amount } from "./evict.ts";
import { isCode } from "../base/error-code.ts";
import { isSystemError } from "../base/file-unusable.ts";
import { CACHE_FORMAT, cacheUnusable, placeCacheFile } from "./folder.ts";
import { readNote, writeNote } from "./note.ts";
import { ownFolders, type RequireOwn } from "./ownership.ts";
import { readInBuffers } from "./read-in-buffers.ts";
import { tidyNotes } from "./tidy.ts";
import { UNCHANGED, unchangedNotes } from "./unchanged-notes.ts";
import { sealedVerdicts } from "./verdicts.ts";
import { removeDeadLocks, withWorkLock, type WorkLockOptions } from "./work-lock.ts";

// A stream has a new buffer for each: larger ones leave V8 more to collect (docs/benchmarks.md).
const STREAM_CHUNK = 256 * 1024;
const WORKING = "working";
const NOTES = ["layers", "successors", "listings", "locks", UNCHANGED];

export class LayerCache {
  readonly folder: string;
  readonly #requireOwn: RequireOwn;
  readonly unchanged: ReturnType<typeof unchangedNotes>;
  readonly #bound: Amount;
  /** How many bytes may be written before the next eviction; other processes write, too. */
  #room: Amount = { bytes: 0, files: 0 };
  #tidied: Promise<void> | undefined;
  /** Blobs that this process has found here, and may still need. */
  readonly #found = new Set<Digest>();
  /** Set when one was damaged. The same may have happened to others, which are then read before they are needed. */
  #isDoubtful = false;

  /** @param bytes how many bytes of layers it may hold. Throws if the environment names no valid size. */
  constructor(folder: string, bytes: number = cacheSize()) {
    this.folder = join(folder, CACHE_FORMAT);
    this.#requireOwn = ownFolders(folder);
    this.unchanged = unchangedNotes(folder);
    this.#bound = { bytes, files: MOST_FILES };
  }

  /** The layer's identity when this machine last built it. */
  async identity(key: LayerKey): Promise<KnownLayer | undefined> {
    return asKnown(await this.#read(this.#layerFile(key)));
  }

  async remember(key: LayerKey, known: KnownLayer): Promise<void> {
    await this.#write(this.#layerFile(key), known);
  }

  /** Layers built here in place of blobs that another machine's compressor made and that are gone. */
  readonly successors = {
    of: async (digest: Digest): Promise<KnownLayer | undefined> =>
      asKnown(await this.#read(this.#successorFile(digest))),
    add: (digest: Digest, known: KnownLayer): Promise<void> =>
      this.#write(this.#successorFile(digest), known),
  };

  /** Stores a blob: `write` writes it to a sink, or to the open file `fd`, and returns its identity. */
  async addBlob(
    write: (sink: (chunk: Uint8Array) => Promise<void>, fd: number) => Promise<LayerIdentity>,
  ): Promise<LayerIdentity> {
    let identity: LayerIdentity | undefined;
    const near = join(this.folder, "blobs", "new");
    await this.#requireOwn(near);
    await this.#tidy();
    await placeCacheFile(near, async (handle) => {
      const sink = async (chunk: Uint8Array): Promise<void> => handle.writeFile(chunk);
      identity = await write(sink, handle.fd);
      return this.#blobFile(identity.digest);
    });
    if (identity === undefined) throw new RangeError("placeCacheFile returned before its writer");
    this.#found.add(identity.digest);
    await this.#makeRoom(identity.size);
    return identity;
  }

  async #makeRoom(size: number): Promise<void> {
    this.#room = { bytes: this.#room.bytes - size, files: this.#room.files - 1 };
    if (this.#room.bytes >= 0 && this.#room.files >= 0) return;
    // Writers that come in the meantime need not search as well.
    this.#room = this.#bound;
    const keep = this.#found;
    this.#room = await evict(join(this.folder, "blobs"), { bound: this.#bound, keep });
  }

  /**
   * Whether the blob is in the cache, as far as its size shows: {@link openBlob} compares its digest, so that no blob is
   * read twice. A damaged one is removed.
   */
  async hasBlob(layer: LayerIdentity): Promise<boolean> {
    const file = this.#blobFile(layer.digest);
    await this.#requireOwn(file);
    try {
      const { size } = await stat(file);
      if (size === layer.size && (await this.#isWhole(layer.digest))) {
        const now = new Date();
        await utimes(file, now, now).catch(() => {});
        return true;
      }
    } catch (error) {
      if (isCode(error, "ENOENT")) return false;
      if (!isCode(error, "EACCES")) throw cacheUnusable(file, error);
    }
    // On a read-only disk it cannot be removed, but it counts as missing.
    await rm(file, { force: true }).catch(() => {});
    return false;
  }

  async #isWhole(digest: Digest): Promise<boolean> {
    if (this.#found.has(digest)) return true;
    if (this.#isDoubtful && (await hashFile(this.#blobFile(digest))) !== digest) return false;
    this.#found.add(digest);
    return true;
  }

  /**
   * The blob's bytes; callers have called {@link hasBlob} before. If it has been damaged since then, it is
   * removed, so that the next attempt builds it again.
   */
  openBlob(digest: Digest): BufferedBytes {
    const file = this.#blobFile(digest);
    const open = (): Bytes => createReadStream(file, { highWaterMark: STREAM_CHUNK });
    return {
      [Symbol.asyncIterator]: () => this.#readBlob(digest, open),
      buffered: this.#readBlob(digest, () => readInBuffers(file)),
    };
  }

  async *#readBlob(digest: Digest, open: () => Bytes): AsyncGenerator<Uint8Array> {
    const file = this.#blobFile(digest);
    try {
      yield* verifiedBlob(open(), { digest }, "local cache");
    } catch (error) {
      if (isCode(error, "ENOENT")) throw new BlobEvicted(digest, error);
      if (error instanceof BlobMismatch) {
        this.#isDoubtful = true;
        this.#found.clear();
        await rm(file, { force: true }).catch(() => {});
        throw new BlobEvicted(digest, error);
      }
      throw isSystemError(error) ? cacheUnusable(file, error) : error;
    }
  }

  async listing(narHash: NarHash): Promise<Listing | undefined> {
    const note = await this.#read(this.#listingFile(narHash));
    return note === undefined ? undefined : listingFromJson(note);
  }

  async addListing(narHash: NarHash, listing: Listing): Promise<void> {
    await this.#write(this.#listingFile(narHash), listingToJson(listing));
  }

  /** The locks whose signatures this user has found good on this machine. */
  readonly verdicts = sealedVerdicts(
    {
      read: (key) => this.#read(this.#verdictFile(key)),
      write: (key, note) => this.#write(this.#verdictFile(key), note),
    },
    "lock verdict",
  );

  /** Runs `use` while no other process does the same work, if the cache allows a lock. */
  async alone<T>(work: string, options: WorkLockOptions, use: () => Promise<T>): Promise<T> {
    const file = join(this.folder, WORKING, `${work}.lock`);
    await this.#requireOwn(file);
    return withWorkLock(file, options, use);
  }

  async #read(file: string): Promise<unknown> {
    await this.#requireOwn(file);
    return readNote(file);
  }

  async #write(file: string, note: unknown): Promise<void> {
    await this.#requireOwn(file);
    await this.#tidy();
    await writeNote(file, note);
  }

  /** Runs before the first write: a process that only reads changes nothing. */
  #tidy(): Promise<void> {
    return (this.#tidied ??= this.#tidyAll());
  }

  async #tidyAll(): Promise<void> {
    await removeAbandoned(join(this.folder, "blobs"));
    await removeAbandoned(join(this.folder, WORKING));
    await removeDeadLocks(join(this.folder, WORKING));
    for (const name of NOTES) await tidyNotes(join(this.folder, name));
  }

  readonly #verdictFile = (key: string): string => join(this.folder, "locks", key);
  readonly #layerFile = (key: LayerKey): string => join(this.folder, "layers", `${key}.json`);
  readonly #successorFile = (digest: Digest): string =>
    join(this.folder, "successors", `${Digest.hex(digest)}.json`);
  readonly #blobFile = (digest: Digest): string => join(this.folder, "blobs", Digest.hex(digest));
  readonly #listingFile = (narHash: NarHash): string =>
    join(this.folder, "listings", `${NarHash.toHex(narHash)}.json`);
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of readInBuffers(file)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

/** A layer's identity, and the compressor that its digest depends on. */
export interface KnownLayer extends LayerIdentity {
  /** `gzip:zlib-1.3.1`: which build of which library made these bytes. */
  readonly compressor: string;
}

// If the transform threw, safeParse would throw, too.
const SHA256 = /^sha256:[0-9a-f]{64}$/;

export const KnownLayerJson = z.strictObject({
  diffId: z.string().regex(SHA256).transform(DiffId.parse),
  digest: z.string().regex(SHA256).transform(Digest.parse),
  size: z.int().nonnegative(),
  mediaType: z.enum([
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
  ]),
  compressor: z.string(),
});

function asKnown(note: unknown): KnownLayer | undefined {
  const read = KnownLayerJson.safeParse(note);
  return read.success ? read.data : undefined;
}

export class BlobEvicted extends LixImageError {
  readonly code = "BLOB_EVICTED";
  override readonly retryable = "lost layer";
  constructor(digest: Digest, cause: unknown) {
    const what = cause instanceof BlobMismatch ? "damaged, and so removed," : "removed";
    super(`local cache: ${digest} was ${what} while it was in use`, {
      cause,
      hint: "run again; if it recurs, raise LIX_IMAGE_CACHE_SIZE",
    });
  }
}

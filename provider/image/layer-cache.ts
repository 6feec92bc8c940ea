/**
 * What this machine has made before: layer blobs by digest, what a LayerKey came to, listings by
 * narHash, locks found good. Content-addressed, shared by processes, bounded, verified when read.
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Bytes } from "../base/bytes.ts";
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
import { cacheUnusable, placeCacheFile } from "./folder.ts";
import { readNote, writeNote } from "./note.ts";
import { ownFolders, type RequireOwn } from "./ownership.ts";
import { tidyNotes } from "./tidy.ts";
import { sealedVerdicts } from "./verdicts.ts";
import { removeDeadLocks, withWorkLock, type WorkLockOptions } from "./work-lock.ts";

const READ_CHUNK = 1024 * 1024;
// Bumped when the meaning of a file changes; old folders are evicted by hand, never misread.
const FORMAT = "v1";
const WORKING = "working";
const NOTES = ["layers", "successors", "listings", "locks"];

export class LayerCache {
  readonly folder: string;
  readonly #requireOwn: RequireOwn;
  readonly #bound: Amount;
  /** What may come before the blobs are looked through again; others write, too. */
  #room: Amount = { bytes: 0, files: 0 };
  #tidied: Promise<void> | undefined;
  /** Blobs whose bytes this process has seen to be right; it may still need them. */
  readonly #verified = new Set<Digest>();

  /** @param bytes of layers; throws where the environment says something that is no size. */
  constructor(folder: string, bytes: number = cacheSize()) {
    this.folder = join(folder, FORMAT);
    this.#requireOwn = ownFolders(folder);
    this.#bound = { bytes, files: MOST_FILES };
  }

  /** What the layer came to when this machine last made it. */
  async identity(key: LayerKey): Promise<KnownLayer | undefined> {
    return asKnown(await this.#read(this.#layerFile(key)));
  }

  async remember(key: LayerKey, known: KnownLayer): Promise<void> {
    await this.#write(this.#layerFile(key), known);
  }

  /** Made here in place of a blob that another machine's compressor made and that is gone. */
  readonly successors = {
    of: async (digest: Digest): Promise<KnownLayer | undefined> =>
      asKnown(await this.#read(this.#successorFile(digest))),
    add: (digest: Digest, known: KnownLayer): Promise<void> =>
      this.#write(this.#successorFile(digest), known),
  };

  /** Stores a blob: `write` gets a sink and answers with what came out of it. */
  async addBlob(
    write: (sink: (chunk: Uint8Array) => Promise<void>) => Promise<LayerIdentity>,
  ): Promise<LayerIdentity> {
    let identity: LayerIdentity | undefined;
    const near = join(this.folder, "blobs", "new");
    await this.#requireOwn(near);
    await this.#tidy();
    await placeCacheFile(near, async (handle) => {
      identity = await write(async (chunk) => {
        await handle.writeFile(chunk);
      });
      return this.#blobFile(identity.digest);
    });
    if (identity === undefined) throw new RangeError("placeCacheFile returned before its writer");
    this.#verified.add(identity.digest);
    await this.#makeRoom(identity.size);
    return identity;
  }

  async #makeRoom(size: number): Promise<void> {
    this.#room = { bytes: this.#room.bytes - size, files: this.#room.files - 1 };
    if (this.#room.bytes >= 0 && this.#room.files >= 0) return;
    // Others that come meanwhile need not look as well.
    this.#room = this.#bound;
    const keep = this.#verified;
    this.#room = await evict(join(this.folder, "blobs"), { bound: this.#bound, keep });
  }

  /** Whether the blob is here and whole; a damaged one is removed. */
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
    // Where it cannot be removed, as on a read-only disk, it is still not the blob.
    await rm(file, { force: true }).catch(() => {});
    return false;
  }

  async #isWhole(digest: Digest): Promise<boolean> {
    if (this.#verified.has(digest)) return true;
    if ((await hashFile(this.#blobFile(digest))) !== digest) return false;
    this.#verified.add(digest);
    return true;
  }

  /**
   * The blob's bytes; callers have asked {@link hasBlob} before. One that was damaged since then is
   * removed, so that whoever tries again has it built.
   */
  async *openBlob(digest: Digest): Bytes {
    const file = this.#blobFile(digest);
    try {
      const bytes = createReadStream(file, { highWaterMark: READ_CHUNK });
      yield* verifiedBlob(bytes, { digest }, "local cache");
    } catch (error) {
      if (isCode(error, "ENOENT")) throw new BlobEvicted(digest, error);
      if (error instanceof BlobMismatch) {
        // What happened to one may have happened to others.
        this.#verified.clear();
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

  /** Locks that this user found good on this machine. */
  readonly verdicts = sealedVerdicts({
    read: (key) => this.#read(this.#verdictFile(key)),
    write: (key, note) => this.#write(this.#verdictFile(key), note),
  });

  /** Runs `use` while no other process does the same work, where that can be seen to. */
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

  /** Before the first write: a process that only reads changes nothing. */
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

/** Through one buffer: a stream would leave a new one for every chunk to the garbage collector. */
async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_CHUNK);
  const handle = await open(file);
  try {
    for (let read; (read = (await handle.read(buffer)).bytesRead) > 0;)
      hash.update(buffer.subarray(0, read));
  } finally {
    await handle.close();
  }
  return `sha256:${hash.digest("hex")}`;
}

/** A layer's identity, and the compressor that its digest depends on. */
export interface KnownLayer extends LayerIdentity {
  /** `gzip:zlib-1.3.1`: which build of which library made these bytes. */
  readonly compressor: string;
}

// A transform that throws would not be a verdict of the schema.
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

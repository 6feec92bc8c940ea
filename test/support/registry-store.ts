/**
 * What the test registry keeps: blobs by digest, in memory or in a folder; and for each repository
 * which of them it has, its manifests and its tags.
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { algorithmOf } from "./registry-digest.ts";

export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface StoredRepository {
  /** Sizes of the blobs it has. */
  readonly blobs: Map<string, number>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
}

export class RegistryStore {
  readonly repositories = new Map<string, StoredRepository>();
  readonly #folder: string | undefined;
  readonly #memory = new Map<string, readonly Uint8Array[]>();

  /** Without a folder everything stays in memory. */
  constructor(folder?: string) {
    this.#folder = folder;
  }

  /** Made on first use, as registries do on a push. */
  repository(name: string): StoredRepository {
    const known = this.repositories.get(name);
    if (known !== undefined) return known;
    const made = { blobs: new Map(), manifests: new Map(), tags: new Map() };
    this.repositories.set(name, made);
    return made;
  }

  async begin(): Promise<Upload> {
    if (this.#folder === undefined) return new Upload(undefined, undefined);
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `upload-${randomUUID()}`);
    return new Upload(await open(path, "wx"), path);
  }

  /** Takes over an upload that has proved to be this blob. */
  async keep(digest: string, upload: Upload): Promise<void> {
    const path = await upload.close();
    if (path !== undefined) await rename(path, this.#path(digest));
    else this.#memory.set(digest, upload.chunks);
  }

  read(digest: string): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
    if (this.#folder === undefined) return this.#memory.get(digest) ?? [];
    return createReadStream(this.#path(digest), { highWaterMark: 256 * 1024 });
  }

  #path(digest: string): string {
    return join(this.#folder ?? "", digest.replace(":", "-"));
  }
}

/** An upload session: bytes that came so far, and their digests. */
export class Upload {
  size = 0;
  readonly chunks: Uint8Array[] = [];
  // Which of them is wanted, a client says when all bytes have come.
  readonly #hashes = { sha256: createHash("sha256"), sha512: createHash("sha512") };
  readonly #file: FileHandle | undefined;
  readonly #path: string | undefined;

  constructor(file: FileHandle | undefined, path: string | undefined) {
    this.#file = file;
    this.#path = path;
  }

  async append(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of bytes) {
      this.size += chunk.length;
      for (const hash of Object.values(this.#hashes)) hash.update(chunk);
      if (this.#file === undefined) this.chunks.push(chunk);
      else await this.#file.writeFile(chunk);
    }
  }

  /** What a digest of the promised one's algorithm really is. */
  digest(promised: string): string {
    const algorithm = algorithmOf(promised);
    return `${algorithm}:${this.#hashes[algorithm].copy().digest("hex")}`;
  }

  /** The finished file, when there is one. */
  async close(): Promise<string | undefined> {
    await this.#file?.close();
    return this.#path;
  }

  async discard(): Promise<void> {
    const path = await this.close();
    if (path !== undefined) await rm(path, { force: true });
  }
}

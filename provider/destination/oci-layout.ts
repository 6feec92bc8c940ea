/**
 * An image in a folder: every blob under its digest, and an index.json that says what is what.
 * @see image-spec image-layout.md
 * @module
 */
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { Digest } from "../oci/digest.ts";
import type { Blob } from "../oci/layer.ts";
import { verifiedBlob } from "../oci/verified-blob.ts";
import type { Destination } from "./destination.ts";
import { fromElsewhere, usable } from "./destination-unusable.ts";
import {
  checkLayout,
  ifThere,
  pointTags,
  prepareLayout,
  readIndex,
  REF_NAME,
} from "./oci-index.ts";

const CHUNK_SIZE = 256 * 1024;

export function ociLayoutDestination(folder: string): Destination {
  const dir = resolve(folder);
  const missing = (digests: readonly Digest[]): Promise<ReadonlySet<Digest>> =>
    usable(dir, async () => {
      // Refused here, before anyone builds what it lacks.
      await checkLayout(dir);
      const lacking = new Set<Digest>();
      for (const digest of digests)
        if ((await ifThere(stat(blobPath(dir, digest)))) === undefined) lacking.add(digest);
      return lacking;
    });
  return {
    description: dir,
    // A folder promises nothing, and looking for its blobs costs nothing.
    holds: () => Promise.resolve(false),
    missing,
    async publish(image, { tags, signal, missing: known }) {
      await usable(dir, () => prepareLayout(dir));
      const lacking = known ?? (await missing(image.blobs.map(({ digest }) => digest)));
      const manifests = [...image.children, image.root].map(({ digest, bytes }) => ({
        digest,
        size: bytes.length,
        open: () => Bytes.of(bytes),
      }));
      const write = async (incoming: string): Promise<void> => {
        // One at a time: a disk gains nothing from more, and the bytes are made while they are read.
        for (const blob of image.blobs)
          if (lacking.has(blob.digest)) await writeBlob(dir, blob, { incoming, signal });
        for (const manifest of manifests) await writeBlob(dir, manifest, { incoming, signal });
      };
      await usable(dir, () => withIncoming(dir, write));
      signal?.throwIfAborted();
      await usable(dir, () => pointTags(dir, tags, image.root));
      return {
        uploaded: image.blobs
          .filter(({ digest }) => lacking.has(digest))
          .map(({ digest, size }) => ({ digest, size })),
        reused: image.blobs.map(({ digest }) => digest).filter((digest) => !lacking.has(digest)),
      };
    },
  };
}

/** What `inspect` and `verify` ask of a layout; the names are those of RegistryClient. */
export interface OciLayout {
  /** For messages: `/srv/images/lix`. */
  readonly description: string;
  readonly root: ReceivedManifest;
  getManifest(digest: Digest): Promise<ReceivedManifest | undefined>;
  /** Checked: the last bytes come only when the digest is right. */
  getBlob(digest: Digest): Bytes;
}

interface ReceivedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** `reference` is a tag or a digest; without it the layout must hold one image only. */
export async function readOciLayout(folder: string, reference?: string): Promise<OciLayout> {
  const dir = resolve(folder);
  const { manifests } = (await usable(dir, () => readIndex(dir))) ?? { manifests: [] };
  const chosen = manifests.filter(
    ({ annotations, digest }) =>
      reference === undefined || annotations?.[REF_NAME] === reference || digest === reference,
  );
  const [entry] = chosen;
  const names = manifests.map(({ annotations, digest }) => annotations?.[REF_NAME] ?? digest);
  if (entry === undefined || chosen.some(({ digest }) => digest !== entry.digest))
    throw new NoSuchImage(dir, reference, names);
  const root = await readManifest(dir, entry.digest, entry.mediaType);
  if (root === undefined) throw new MissingBlob(dir, entry.digest);
  return {
    description: dir,
    root,
    getManifest: (digest) => readManifest(dir, digest),
    getBlob: (digest) => readBlob(dir, digest),
  };
}

async function readManifest(
  dir: string,
  digest: Digest,
  knownType?: string,
): Promise<ReceivedManifest | undefined> {
  const path = blobPath(dir, digest);
  const bytes = await ifThere(readFile(path));
  if (bytes === undefined) return undefined;
  await Bytes.collect(verifiedBlob(Bytes.of(bytes), { digest }, path));
  return { digest, mediaType: knownType ?? ownType(bytes), bytes };
}

const Typed = z.object({ mediaType: z.string() });

/** A file has no Content-Type, but manifests name their type themselves. */
function ownType(bytes: Uint8Array): string {
  try {
    return Typed.parse(JSON.parse(Buffer.from(bytes).toString("utf8"))).mediaType;
  } catch {
    return "application/octet-stream";
  }
}

async function* readBlob(dir: string, digest: Digest): AsyncGenerator<Uint8Array> {
  const path = blobPath(dir, digest);
  if ((await ifThere(stat(path))) === undefined) throw new MissingBlob(dir, digest);
  const source: Bytes = createReadStream(path, { highWaterMark: CHUNK_SIZE });
  yield* verifiedBlob(source, { digest }, path);
}

const blobPath = (dir: string, digest: Digest): string =>
  join(dir, "blobs", "sha256", Digest.hex(digest));

/** A place on the same file system for files that are not whole yet; empty again afterwards. */
async function withIncoming(dir: string, use: (incoming: string) => Promise<void>): Promise<void> {
  const incoming = await mkdtemp(join(dir, ".incoming-"));
  try {
    await use(incoming);
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function writeBlob(
  dir: string,
  blob: Blob,
  to: { readonly incoming: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const temporary = join(to.incoming, Digest.hex(blob.digest));
  const bytes = fromElsewhere(() =>
    verifiedBlob(blob.open(), blob, `${dir}: writing blob ${blob.digest}`),
  );
  try {
    await writeFile(temporary, bytes, to.signal ? { signal: to.signal } : {});
  } catch (error) {
    to.signal?.throwIfAborted();
    throw error;
  }
  await rename(temporary, blobPath(dir, blob.digest));
}

export class NoSuchImage extends LixImageError {
  readonly code = "NO_SUCH_IMAGE";
  constructor(dir: string, reference: string | undefined, names: readonly string[]) {
    const held = names.length === 0 ? "none" : names.join(", ");
    super(`${dir}: expected ${reference ?? "exactly one image"}; got ${held}`, {
      hint: reference === undefined ? "say which one by its tag or digest" : undefined,
    });
  }
}

export class MissingBlob extends LixImageError {
  readonly code = "MISSING_BLOB";
  constructor(dir: string, digest: Digest) {
    super(`${dir}: expected blob ${digest}; got no such file`, {
      hint: "the layout is not whole: build it again",
    });
  }
}

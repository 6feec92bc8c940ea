/**
 * An image in a folder: every blob under its digest, and an index.json that says what is what.
 * @see image-spec image-layout.md
 * @module
 */
import { createReadStream } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Bytes } from "../base/bytes.ts";
import { ifThere } from "../base/error-code.ts";
import { fromFile, withFile } from "../base/file-unusable.ts";
import { readFileWithin } from "../base/read-file.ts";
import { removeAbandoned, removeTemporary, temporaryPath } from "../base/temporary.ts";
import { Digest } from "../formats/oci/digest.ts";
import type { AttachedManifest, ManifestBlob } from "../formats/oci/image.ts";
import type { Blob } from "../formats/oci/layer.ts";
import { MediaType } from "../formats/oci/media-type.ts";
import { ReferrersIndex } from "../formats/oci/referrers-index.ts";
import { openVerified } from "../formats/oci/verified-blob.ts";
import type { Destination } from "./destination.ts";
import { fromElsewhere, usable } from "./destination-unusable.ts";
import { ImageUnreadable } from "./image-unreadable.ts";
import {
  checkLayout,
  NotAnOciLayout,
  pointTags,
  prepareLayout,
  readIndex,
  REF_NAME,
} from "./oci-index.ts";
import { readLayout, type OciLayout } from "./read-layout.ts";

const CHUNK_SIZE = 256 * 1024;

export function ociLayoutDestination(folder: string): Destination {
  const dir = resolve(folder);
  const missing = (digests: readonly Digest[]): Promise<ReadonlySet<Digest>> =>
    usable(dir, async () => {
      // A folder that is no layout is refused here, before anything is built for it.
      await checkLayout(dir);
      const absent = new Set<Digest>();
      for (const digest of digests)
        if ((await ifThere(stat(blobPath(dir, digest)))) === undefined) absent.add(digest);
      return absent;
    });
  return {
    description: dir,
    takesAttachments: true,
    // A folder promises nothing about blobs, and checking for them costs nothing.
    holds: () => Promise.resolve(false),
    missing,
    async publish(image, { tags, signal, missing: known }) {
      await usable(dir, () => prepareLayout(dir));
      const absent = known ?? (await missing(image.blobs.map(({ digest }) => digest)));
      const { attachments = [] } = image;
      const manifests = [...image.children, image.root, ...attachments].map(blobOf);
      const write = async (incoming: string): Promise<void> => {
        // One at a time: a disk gains nothing from more, and the bytes are made while they are read.
        for (const blob of image.blobs)
          if (absent.has(blob.digest)) await writeBlob(dir, blob, { incoming, signal });
        for (const blob of attachments.flatMap((each) => each.blobs))
          await writeBlob(dir, blob, { incoming, signal });
        for (const manifest of manifests) await writeBlob(dir, manifest, { incoming, signal });
      };
      await usable(dir, () => withIncoming(dir, write));
      signal?.throwIfAborted();
      await usable(dir, () => listReferrers(dir, attachments));
      await usable(dir, () => pointTags(dir, tags, image.root));
      return {
        uploaded: image.blobs
          .filter(({ digest }) => absent.has(digest))
          .map(({ digest, size }) => ({ digest, size })),
        reused: image.blobs.map(({ digest }) => digest).filter((digest) => !absent.has(digest)),
      };
    },
  };
}

const blobOf = ({ digest, bytes }: ManifestBlob): Blob => ({
  digest,
  size: bytes.length,
  open: () => Bytes.of(bytes),
});

/**
 * Lists them as in a registry without a referrers API: regclient looks there, and ORAS finds what the indexes of a
 * layout name. Others' entries stay.
 */
async function listReferrers(dir: string, attachments: readonly AttachedManifest[]): Promise<void> {
  for (const [subject, attached] of Map.groupBy(attachments, (each) => each.subject)) {
    const tag = ReferrersIndex.tag(subject);
    const named = (await readIndex(dir))?.manifests.find(
      ({ annotations }) => annotations?.[REF_NAME] === tag,
    );
    const before = named && (await readFileWithin("documentBytes", blobPath(dir, named.digest)));
    const index = before
      ? ReferrersIndex.parseTagged(before, `${dir}:${tag}`)
      : ReferrersIndex.empty;
    const bytes = ReferrersIndex.format(ReferrersIndex.add(index, attached));
    const list = { digest: Digest.of(bytes), mediaType: MediaType.index, bytes };
    await withIncoming(dir, (incoming) =>
      writeBlob(dir, blobOf(list), { incoming, signal: undefined }),
    );
    await pointTags(dir, [tag], list);
  }
}

/** `reference` is a tag or a digest; without it the layout must hold one image only. */
export async function readOciLayout(folder: string, reference?: string): Promise<OciLayout> {
  const dir = resolve(folder);
  if ((await usable(dir, () => ifThere(stat(dir)))) === undefined)
    throw new ImageUnreadable(dir, "there is no such folder");
  const index = (await usable(dir, () => readIndex(dir)).catch((error: unknown) => {
    // Its hint is for somebody who writes there.
    if (error instanceof NotAnOciLayout) throw new ImageUnreadable(dir, error.got, error.cause);
    throw error;
  })) ?? { schemaVersion: 2, manifests: [] };
  return readLayout(
    { description: dir, index, openBlob: (digest) => openBlob(dir, digest) },
    reference,
  );
}

async function openBlob(dir: string, digest: Digest): Promise<Bytes | undefined> {
  const path = blobPath(dir, digest);
  if ((await withFile(path, () => ifThere(stat(path)))) === undefined) return undefined;
  return fromFile(path, createReadStream(path, { highWaterMark: CHUNK_SIZE }));
}

const blobPath = (dir: string, digest: Digest): string =>
  join(dir, "blobs", "sha256", Digest.hex(digest));

/** A place on the same file system for files that are not complete yet; empty again afterwards. */
async function withIncoming(dir: string, use: (incoming: string) => Promise<void>): Promise<void> {
  // What killed processes left: such a folder, or an incomplete index.json.
  await removeAbandoned(dir, ".");
  const incoming = temporaryPath(join(dir, ".incoming"));
  try {
    await mkdir(incoming);
    await use(incoming);
  } finally {
    await removeTemporary(incoming);
  }
}

async function writeBlob(
  dir: string,
  blob: Blob,
  to: { readonly incoming: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const temporary = join(to.incoming, Digest.hex(blob.digest));
  const bytes = fromElsewhere(() => openVerified(blob, `${dir}: writing blob ${blob.digest}`));
  try {
    await writeFile(temporary, bytes, to.signal ? { signal: to.signal } : {});
  } catch (error) {
    to.signal?.throwIfAborted();
    throw error;
  }
  await rename(temporary, blobPath(dir, blob.digest));
}

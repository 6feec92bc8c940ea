/**
 * An OCI layout as one tar file, for `skopeo copy oci-archive:FILE` and, since Docker 25,
 * `docker load`. Unlike the folder it holds one image.
 * @see image-spec image-layout.md
 * @module
 */
import { resolve } from "node:path";
import { collectWithin } from "../base/budgets.ts";
import { Bytes } from "../base/bytes.ts";
import { Digest } from "../formats/oci/digest.ts";
import type { Image } from "../formats/oci/image.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import { ArchivePart, readHead, rewriteHead, writeArchive } from "./archive-file.ts";
import type { Destination } from "./destination.ts";
import { ImageUnreadable } from "./image-unreadable.ts";
import { entriesFor, formatIndex, LAYOUT, parseIndex, type OciIndex } from "./oci-index.ts";
import { readLayout, type OciLayout } from "./read-layout.ts";
import type { TarFile } from "./tar-file.ts";

const HEAD = "index.json";

export function ociArchiveDestination(file: string): Destination {
  const path = resolve(file);
  return {
    description: path,
    holds: async (manifest) => isOf(await readIndexOf(path), manifest),
    // Written whole or not at all, so it has all of an image or nothing of use.
    missing: (digests) => Promise.resolve(new Set(digests)),
    async publish(image, { tags, signal }) {
      const held = await readIndexOf(path);
      const index = formatIndex(entriesFor(tags, image.root));
      const head = ArchivePart.ofBytes(HEAD, Bytes.fromText(index));
      const digests = image.blobs.map(({ digest }) => digest);
      if (!isOf(held, image.root.digest)) {
        await writeArchive(path, [head, ...partsOf(image, path)], signal);
        return {
          uploaded: image.blobs.map(({ digest, size }) => ({ digest, size })),
          reused: [],
        };
      }
      if (held === undefined || formatIndex(held.manifests) !== index)
        await rewriteHead(path, head, signal);
      return { uploaded: [], reused: digests };
    },
  };
}

/** An archive by any program, with its files in any order; `reference` as for a layout in a folder. */
export async function readOciArchive(tar: TarFile, reference?: string): Promise<OciLayout> {
  const openBlob = (digest: Digest): Promise<Bytes | undefined> =>
    Promise.resolve(tar.find(partPath(digest))?.open());
  const { description } = tar;
  return readLayout({ description, index: await indexIn(tar), openBlob }, reference);
}

async function indexIn(tar: TarFile): Promise<OciIndex> {
  const head = tar.find(HEAD);
  if (head === undefined) throw new ImageUnreadable(tar.description, `no ${HEAD} in it`);
  const bytes = await collectWithin("layoutIndexBytes", head.open(), `${tar.description}: ${HEAD}`);
  try {
    return parseIndex(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new ImageUnreadable(tar.description, `its ${HEAD} is no image index`, error);
  }
}

const partPath = (digest: Digest): string => `blobs/sha256/${Digest.hex(digest)}`;

function partsOf(image: Image, path: string): ArchivePart[] {
  return [
    ArchivePart.ofBytes("oci-layout", Bytes.fromText(LAYOUT)),
    ...[image.root, ...image.children].map(({ digest, bytes }) =>
      ArchivePart.ofBytes(partPath(digest), bytes),
    ),
    ...image.blobs.map((blob) => ({
      path: partPath(blob.digest),
      size: blob.size,
      open: () => verifiedBlob(blob.open(), blob, `${path}: writing blob ${blob.digest}`),
    })),
  ];
}

const isOf = (index: OciIndex | undefined, manifest: Digest): boolean =>
  index !== undefined &&
  index.manifests.length > 0 &&
  index.manifests.every(({ digest }) => digest === manifest);

/** Undefined for what does not begin with an index.json: not ours. */
async function readIndexOf(file: string): Promise<OciIndex | undefined> {
  const text = await readHead(file, HEAD);
  try {
    return text === undefined ? undefined : parseIndex(text);
  } catch {
    return undefined;
  }
}

/** The files of one layer. Their contents are hashed as they stream by, and not kept. @module */
import { createHash } from "node:crypto";
import { ByteString } from "../base/byte-string.ts";
import type { Bytes } from "../base/bytes.ts";
import { decompressLayer } from "../destination/decompress-layer.ts";
import { Digest } from "../formats/oci/digest.ts";
import type { PlatformImage } from "../formats/oci/read-image.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import { readWithAttributes, type TarAttributes } from "../formats/tar/read-archive.ts";
import type { TarEvent } from "../formats/tar/read-tar.ts";
import type { ImageFile } from "./image-file.ts";

export type Layer = PlatformImage["layers"][number];

/** Where layers are read from. */
export interface LayerSource {
  /** For messages. */
  readonly description: string;
  /** Its layers are not compressed, and their sizes are not stated. */
  readonly plain: boolean;
  readonly getBlob: (digest: Digest) => Bytes;
}

/** In the order of the tar. */
export type LayerFiles = readonly LayerEntry[];

export interface LayerEntry {
  /** Without a slash at the beginning or end; "" is the root. */
  readonly path: ByteString;
  readonly file: ImageFile | HardLink;
}

export interface HardLink {
  readonly kind: "hard link";
  /** As {@link LayerEntry.path}. */
  readonly target: ByteString;
}

export async function readLayerFiles(source: LayerSource, layer: Layer): Promise<LayerFiles> {
  const entries: LayerEntry[] = [];
  for await (const found of readHashed(source, layer))
    entries.push({ path: normalized(found.event.path), file: fileOf(found) });
  return entries;
}

/** The contents of some regular files, whole. The caller knows that they are small. */
export async function readFileContents(
  source: LayerSource,
  layer: Layer,
  wanted: ReadonlySet<ByteString>,
): Promise<ReadonlyMap<ByteString, Uint8Array>> {
  const found = new Map<ByteString, Uint8Array[]>();
  let into: Uint8Array[] | undefined;
  for await (const { event } of readWithAttributes(layerTar(source, layer), layer.digest)) {
    if (event.kind === "contents") {
      into?.push(event.bytes);
      continue;
    }
    const path = normalized(event.path);
    into = event.kind === "regular" && wanted.has(path) ? [] : undefined;
    if (into !== undefined) found.set(path, into);
  }
  return new Map([...found].map(([path, chunks]) => [path, Buffer.concat(chunks)]));
}

/** What is in its tar, without attributes. */
export async function* readEvents(source: LayerSource, layer: Layer): AsyncGenerator<TarEvent> {
  for await (const { event } of readWithAttributes(layerTar(source, layer), layer.digest))
    yield event;
}

/** Checked against digest and diffId when it ends: the layers of two images are the same if their diffIds are. */
function layerTar(
  { getBlob, plain, description }: LayerSource,
  { digest, diffId, mediaType, size }: Layer,
): Bytes {
  const stated = { digest, size: plain ? undefined : size };
  const tar = decompressLayer(
    verifiedBlob(getBlob(digest), stated, description),
    mediaType,
    digest,
  );
  return verifiedBlob(
    tar,
    { digest: Digest.parse(diffId) },
    `${description}: ${digest} decompressed`,
  );
}

type FileEvent = Exclude<TarEvent, { readonly kind: "contents" }>;

interface HashedFile {
  readonly event: FileEvent;
  readonly attributes: TarAttributes;
  /** "" unless it is a regular file. */
  readonly sha256: string;
}

async function* readHashed(source: LayerSource, layer: Layer): AsyncGenerator<HashedFile> {
  let file: Omit<HashedFile, "sha256"> | undefined;
  let hash = createHash("sha256");
  const finished = (): HashedFile[] =>
    file === undefined
      ? []
      : [{ ...file, sha256: file.event.kind === "regular" ? hash.digest("hex") : "" }];
  for await (const { event, attributes } of readWithAttributes(
    layerTar(source, layer),
    layer.digest,
  )) {
    if (event.kind === "contents") {
      hash.update(event.bytes);
      continue;
    }
    yield* finished();
    file = { event, attributes };
    if (event.kind === "regular") hash = createHash("sha256");
  }
  yield* finished();
}

function fileOf({ event, attributes, sha256 }: HashedFile): ImageFile | HardLink {
  if (event.kind === "hard link") return { kind: event.kind, target: normalized(event.target) };
  const { mode, uid, gid, mtime, xattrs } = attributes;
  return {
    kind: event.kind,
    contents: event.kind === "symlink" ? ByteString.copy(event.target) : sha256,
    size: event.kind === "regular" ? event.size : 0,
    mode,
    owner: `${uid}:${gid}`,
    mtime,
    xattrs: xattrs.map(([name, value]) => `${name}=${value}`).join("\n"),
  };
}

/** As the runtimes read a name in a tar: `./a//b/` is `a/b`, and `..` does not lead out of the image. */
export function normalized(path: ByteString): ByteString {
  const names: ByteString[] = [];
  for (const name of path.split("/"))
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  return ByteString.copy(names.join("/"));
}

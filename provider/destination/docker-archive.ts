/**
 * What `docker load` reads: manifest.json, the config, and the layers as plain tars. Its bytes follow
 * from config and tags alone, and do not depend on how the layers are compressed. manifest.json stands first, so that
 * what an archive holds is known without reading all of it.
 * @see https://github.com/moby/moby/blob/v28.0.0/image/spec/spec.md
 * @module
 */
import { resolve } from "node:path";
import { z } from "zod";
import { jsonIn } from "../base/json.ts";
import { Bytes } from "../base/bytes.ts";
import { mapConcurrent } from "../base/concurrency.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Descriptor } from "../formats/oci/descriptor.ts";
import { Digest } from "../formats/oci/digest.ts";
import type { Image } from "../formats/oci/image.ts";
import { readConfig } from "../formats/oci/read-config.ts";
import { readManifest, type ReadManifest } from "../formats/oci/read-manifest.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import { ArchivePart, readHead, rewriteHead, writeArchive } from "./archive-file.ts";
import { decompressLayer } from "./decompress-layer.ts";
import type { Destination } from "./destination.ts";

const HEAD = "manifest.json";
/** Layers being measured at once: zlib's threads do the work. */
const WIDTH = 2;

/** @param name the repository, which the tags in the archive are of. */
export function dockerArchiveDestination(file: string, name: string): Destination {
  const path = resolve(file);
  return {
    description: path,
    // It has configs and no manifests, and looking for a config costs no more than this check would.
    holds: () => Promise.resolve(false),
    async missing(digests) {
      const held = await readHeadOf(path);
      // The config names the contents of every layer, and the file was written whole.
      const has = digests.some((digest) => held?.Config === configName(digest));
      return new Set(has ? [] : digests);
    },
    async publish(image, { tags, signal }) {
      const config = configName(onlyManifest(image, path).config.digest);
      const repoTags = tags.map((tag) => `${name}:${tag}`);
      const held = await readHeadOf(path);
      if (held?.Config !== config) {
        await writeArchive(path, await dockerArchive(image, repoTags, signal), signal);
        return {
          uploaded: image.blobs.map(({ digest, size }) => ({ digest, size })),
          reused: [],
        };
      }
      if (JSON.stringify(held.RepoTags) !== JSON.stringify(repoTags))
        await rewriteHead(path, headPart({ ...held, RepoTags: repoTags }), signal);
      return { uploaded: [], reused: image.blobs.map(({ digest }) => digest) };
    },
  };
}

/**
 * The files of an archive, with every layer decompressed once and found to be what the config says:
 * a tar has sizes before contents.
 */
export async function dockerArchive(
  image: Image,
  repoTags: readonly string[],
  signal?: AbortSignal,
): Promise<ArchivePart[]> {
  const manifest = onlyManifest(image, "a docker archive");
  const config = await Bytes.collect(openBlob(image, manifest.config));
  const { diffIds } = readConfig(config, manifest.config.digest);
  // A layer may be in an image twice, but is in the archive once.
  const layers = new Map(
    manifest.layers.map((layer, at) => [Digest.parse(diffIds[at] ?? ""), layer]),
  );
  const parts = await mapConcurrent(
    [...layers],
    { width: WIDTH, signal },
    ([diffId, layer], scope) => layerPart(image, layer, { diffId, signal: scope }),
  );
  const name = configName(manifest.config.digest);
  const head = {
    Config: name,
    RepoTags: repoTags,
    Layers: diffIds.map((id) => layerName(Digest.parse(id))),
  };
  return [headPart(head), ArchivePart.ofBytes(name, config), ...parts];
}

async function layerPart(
  image: Image,
  layer: Descriptor,
  { diffId, signal }: { readonly diffId: Digest; readonly signal: AbortSignal },
): Promise<ArchivePart> {
  const open = (): Bytes => {
    const tar = decompressLayer(openBlob(image, layer), layer.mediaType, layer.digest);
    return verifiedBlob(tar, { digest: diffId }, `layer ${layer.digest}, decompressed`);
  };
  let size = 0;
  for await (const chunk of open()) {
    signal.throwIfAborted();
    size += chunk.length;
  }
  return { path: layerName(diffId), size, open };
}

function openBlob({ blobs }: Image, { digest }: Descriptor): Bytes {
  const blob = blobs.find((each) => each.digest === digest);
  if (blob === undefined) throw new RangeError(`the image has no blob ${digest}`);
  return verifiedBlob(blob.open(), blob, `blob ${digest}`);
}

function onlyManifest({ root }: Image, where: string): ReadManifest {
  const manifest = readManifest(root.bytes, root.digest);
  if (manifest.kind === "index")
    throw lixError("ONE_PLATFORM_ONLY", { where, platforms: manifest.manifests.length });
  return manifest;
}

const configName = (digest: Digest): string => `${Digest.hex(digest)}.json`;
/** Named by what is in it: the diffId, which for an uncompressed layer is its digest. */
const layerName = (diffId: Digest): string => `${Digest.hex(diffId)}.tar`;

const Head = z.object({
  Config: z.string(),
  RepoTags: z.array(z.string()),
  Layers: z.array(z.string()),
});
type Head = z.output<typeof Head>;
interface NewHead extends Omit<Head, "RepoTags"> {
  readonly RepoTags: readonly string[];
}

const headPart = ({ Config, RepoTags, Layers }: NewHead): ArchivePart =>
  ArchivePart.ofBytes(HEAD, Bytes.fromText(JSON.stringify([{ Config, RepoTags, Layers }])));

/** Undefined for what is no archive of one image that begins with its manifest.json: not ours. */
async function readHeadOf(file: string): Promise<Head | undefined> {
  const text = await readHead(file, HEAD);
  return text === undefined ? undefined : z.tuple([Head]).safeParse(jsonIn(text)).data?.[0];
}

/**
 * The image in a docker archive, as `docker save`, podman, skopeo, crane and we write it. It has no
 * manifest with digests: the image is named by its config's digest (Docker's image id), layers by diffIds.
 * @see https://github.com/moby/moby/blob/v28.0.0/image/spec/spec.md
 * @module
 */
import { z } from "zod";
import { requireWithin } from "../base/budgets.ts";
import type { Bytes } from "../base/bytes.ts";
import { parseJson } from "../base/json.ts";
import { lixError } from "../errors/lix-error.ts";
import { decompress } from "../compression/decompress.ts";
import { boundedExpansion } from "../compression/expansion.ts";
import { Digest } from "../formats/oci/digest.ts";
import { MediaType } from "../formats/oci/media-type.ts";
import { readConfig } from "../formats/oci/read-config.ts";
import type { PlatformImage } from "../formats/oci/read-image.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import { ImageUnreadable } from "./image-unreadable.ts";
import { collectSmall } from "./read-layout.ts";
import type { TarFile, TarFileEntry } from "./tar-file.ts";

export interface DockerArchiveImage {
  /** `acme/lix:latest` */
  readonly names: readonly string[];
  readonly config: {
    readonly mediaType: string;
    readonly digest: Digest;
    readonly size: number;
    readonly bytes: Uint8Array;
  };
  readonly image: PlatformImage;
  /** The plain tar of a layer. Checked: the last bytes come only when the diffId is right. */
  getBlob(diffId: Digest): Bytes;
}

/** `reference` is a name or its tag; without it the archive must hold one image only. */
export async function readDockerArchive(
  tar: TarFile,
  reference?: string,
): Promise<DockerArchiveImage> {
  const { Config, Layers, RepoTags } = choose(await readManifestJson(tar), tar, reference);
  const bytes = await collectSmall(open(tar, Config).open(), `${tar.description}: ${Config}`);
  const config = {
    mediaType: MediaType.dockerConfig,
    digest: digestOf(bytes, Config, tar),
    size: bytes.length,
    bytes,
  };
  requireWithin("layersPerManifest", Layers.length, tar.description);
  const read = readConfig(bytes, `${tar.description}: ${Config}`);
  if (read.diffIds.length !== Layers.length)
    throw new ImageUnreadable(
      tar.description,
      `it has ${Layers.length} layers, and its config ${read.diffIds.length}`,
    );
  const files = new Map<Digest, TarFileEntry>();
  const layers = read.diffIds.map((diffId, at) => {
    const file = open(tar, Layers[at] ?? "");
    const digest = Digest.parse(diffId);
    files.set(digest, file);
    return { mediaType: MediaType.layerTar, digest, diffId, size: file.size };
  });
  const size = layers.reduce((sum, layer) => sum + layer.size, config.size);
  return {
    names: RepoTags ?? [],
    config,
    image: { ...read, digest: config.digest, configDigest: config.digest, layers, size },
    getBlob: (diffId) => plainLayer(files.get(diffId), diffId, tar.description),
  };
}

const ManifestJson = z.array(
  z.object({
    Config: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Layers: z.array(z.string()),
  }),
);
type Entry = z.output<typeof ManifestJson>[number];

async function readManifestJson(tar: TarFile): Promise<Entry[]> {
  const file = tar.find("manifest.json");
  if (file === undefined) throw new ImageUnreadable(tar.description, "no manifest.json in it");
  const bytes = await collectSmall(file.open(), `${tar.description}: manifest.json`);
  try {
    return ManifestJson.parse(
      parseJson(Buffer.from(bytes).toString("utf8"), `${tar.description}: manifest.json`),
    );
  } catch (error) {
    throw new ImageUnreadable(tar.description, "its manifest.json is none", error);
  }
}

function choose(entries: readonly Entry[], tar: TarFile, reference: string | undefined): Entry {
  const isMeant = (name: string): boolean => name === reference || name.endsWith(`:${reference}`);
  const [entry, ...more] = entries.filter(
    ({ RepoTags }) => reference === undefined || RepoTags?.some(isMeant),
  );
  if (entry !== undefined && more.length === 0) return entry;
  const names = entries.flatMap(({ RepoTags, Config }) => (RepoTags?.length ? RepoTags : [Config]));
  throw lixError("NO_SUCH_IMAGE", { where: tar.description, reference, names });
}

function open(tar: TarFile, name: string): TarFileEntry {
  const file = tar.find(name);
  if (file === undefined)
    throw new ImageUnreadable(tar.description, `no file ${JSON.stringify(name)} in it`);
  return file;
}

/** All programs that write such archives name configs by digest: `<hex>.json`, `sha256:<hex>`, `blobs/…`. */
function digestOf(config: Uint8Array, name: string, tar: TarFile): Digest {
  const digest = Digest.of(config);
  const named = /[0-9a-f]{64}/.exec(name)?.[0] ?? Digest.hex(digest);
  if (named !== Digest.hex(digest))
    throw new ImageUnreadable(tar.description, `its config ${name} is sha256:${named} no more`);
  return digest;
}

async function* plainLayer(
  file: TarFileEntry | undefined,
  diffId: Digest,
  from: string,
): AsyncGenerator<Uint8Array> {
  if (file === undefined) throw lixError("MISSING_BLOB", { where: from, digest: diffId });
  // crane writes layers as they are in a registry.
  const tar = boundedExpansion(file.open(), `${from}: layer ${diffId}`, (bytes) =>
    decompress(bytes, "none"),
  );
  yield* verifiedBlob(tar, { digest: diffId }, `${from}: layer ${diffId}`);
}

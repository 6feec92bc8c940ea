/**
 * The contents of an image in a registry or an archive: all of its layers are read. What Nix knows of the store
 * paths is in the image's own database, and the packages are in the profile's manifest.nix.
 * @module
 */
import { ByteString } from "../base/byte-string.ts";
import type { Bytes } from "../base/bytes.ts";
import { renderLines } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { decompressLayer } from "../destination/decompress-layer.ts";
import { readStoreDatabase, type StoreRecord } from "../formats/nix/read-database.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { Platform } from "../formats/oci/platform.ts";
import type { PlatformImage } from "../formats/oci/read-image.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import { readArchive } from "../formats/tar/read-archive.ts";
import { readManifestNix } from "../formats/rootfs/read-manifest-nix.ts";
import { FileSizes } from "./file-sizes.ts";
import {
  BASE_SYSTEM,
  FILES,
  STORE_DATABASE,
  type ImageContents,
  type LayerPart,
  type PlatformContents,
} from "./image-contents.ts";

/** An image whose manifests and configs were read. */
export interface ReadableImage {
  readonly description: string;
  readonly root: { readonly digest: Digest };
  readonly platforms: readonly PlatformImage[];
  /** Its layers are not compressed, and their sizes are not stated. */
  readonly plain: boolean;
  readonly getBlob: (digest: Digest) => Bytes;
}

export async function readContents(image: ReadableImage): Promise<ImageContents> {
  // Platforms may share layers; each is read once.
  const layers = new Map<Digest, ReadLayer>();
  for (const layer of image.platforms.flatMap((each) => each.layers))
    if (!layers.has(layer.digest)) layers.set(layer.digest, await readLayer(image, layer));
  return {
    description: image.description,
    digest: image.root.digest,
    platforms: await Promise.all(
      image.platforms.map((platform) => platformContents(platform, layers)),
    ),
  };
}

/** What was found in one layer. */
interface ReadLayer {
  /** Bytes of files by store path, or {@link DATABASE}, or {@link OTHER}. */
  readonly fileBytes: ReadonlyMap<string, number>;
  /** By the same keys. */
  readonly files: ReadonlyMap<string, FileSizes>;
  readonly database: Uint8Array | undefined;
  /** By the store path of the manifest. */
  readonly manifests: ReadonlyMap<string, string>;
}

const DATABASE_FILE = "nix/var/nix/db/db.sqlite";
const DATABASE = "database";
const OTHER = "other";
const STORE_PATH = /^nix\/store\/([0-9a-df-np-sv-z]{32}-[^/]+)/;

async function readLayer(
  { getBlob, plain, description }: ReadableImage,
  { digest, mediaType, size }: PlatformImage["layers"][number],
): Promise<ReadLayer> {
  const blob = verifiedBlob(
    getBlob(digest),
    { digest, size: plain ? undefined : size },
    description,
  );
  const fileBytes = new Map<string, number>();
  const files = new Map<string, Map<ByteString, number>>();
  const collected = new Map<string, Uint8Array[]>();
  let into: Uint8Array[] | undefined;
  for await (const event of readArchive(decompressLayer(blob, mediaType, digest), digest)) {
    if (event.kind === "contents") {
      into?.push(event.bytes);
      continue;
    }
    const path = event.path.replace(/^\.?\/+/, "").replace(/\/+$/, "");
    const part = partOf(path);
    if (event.kind !== "directory" || part.startsWith("/"))
      fileBytes.set(part, (fileBytes.get(part) ?? 0) + (event.kind === "regular" ? event.size : 0));
    const within = pathIn(part, path);
    // A store path that is one file has nothing in it, and the database is one file, too.
    if (event.kind === "regular" && within !== "" && part !== DATABASE) {
      const paths = files.get(part) ?? new Map<ByteString, number>();
      files.set(part, paths.set(within, event.size));
    }
    into = event.kind === "regular" && isWanted(path, event.size) ? [] : undefined;
    if (into !== undefined) collected.set(path, into);
  }
  const text = [...collected].filter(([path]) => path !== DATABASE_FILE);
  const database = collected.get(DATABASE_FILE);
  return {
    fileBytes,
    files: new Map([...files].map(([part, paths]) => [part, FileSizes.ofPaths(paths)])),
    database: database && Buffer.concat(database),
    manifests: new Map(
      text.map(([path, chunks]) => [`/${path}`, Buffer.concat(chunks).toString("utf8")]),
    ),
  };
}

/** Deeper directories are not divided. */
const DEEPEST = 64;

/** Where a file is inside the store path that it belongs to. */
const pathIn = (part: string, path: ByteString): ByteString => {
  const names = path.split("/").slice(part.startsWith("/") ? STORE_LEVELS : 0);
  return ByteString.copy(names.slice(0, DEEPEST).join("/"));
};

/** `nix/store/<hash>-<name>` */
const STORE_LEVELS = 3;

function partOf(path: ByteString): string {
  const [, base] = STORE_PATH.exec(path) ?? [];
  if (base !== undefined) return `/nix/store/${ByteString.toText(base)}`;
  return path.startsWith("nix/var/nix/db/") || path.startsWith("nix/var/nix/gcroots/docker/")
    ? DATABASE
    : OTHER;
}

/** A megabyte is a manifest with some thousand packages; a database has about a kilobyte for each path. */
const isWanted = (path: ByteString, size: number): boolean =>
  (path === DATABASE_FILE && size <= 64 * 1024 * 1024) ||
  (/^nix\/store\/[^/]+-manifest\.nix$/.test(path) && size <= 1024 * 1024);

async function platformContents(
  image: PlatformImage,
  read: ReadonlyMap<Digest, ReadLayer>,
): Promise<PlatformContents> {
  const layers = image.layers.flatMap((layer) => {
    const found = read.get(layer.digest);
    return found === undefined ? [] : [{ layer, found }];
  });
  // A file in a later layer replaces the one in an earlier layer.
  const databaseAt = layers.findLastIndex(({ found }) => found.database !== undefined);
  const database = layers[databaseAt]?.found.database;
  const records = database === undefined ? undefined : await recordsIn(database, image.digest);
  const nameOf = (key: string, layer: number): string => {
    if (key === DATABASE) return STORE_DATABASE;
    if (records === undefined) return "files outside the store";
    // In an image of ours only the argument `files` makes a layer above the database.
    return layer > databaseAt ? FILES : BASE_SYSTEM;
  };
  const part = ([key, bytes]: readonly [string, number], layer: number): LayerPart => {
    const files = layers[layer]?.found.files.get(key);
    return key.startsWith("/")
      ? {
          storePath: key,
          name: key.slice("/nix/store/".length + 33),
          unpackedSize: records?.get(key)?.narSize ?? bytes,
          files,
        }
      : { storePath: undefined, name: nameOf(key, layer), unpackedSize: bytes, files };
  };
  return {
    platform: Platform.format(image.platform),
    digest: image.digest,
    documentSize: image.size - image.layers.reduce((sum, { size }) => sum + size, 0),
    layers: layers.map(({ layer, found }, index) => ({
      digest: layer.digest,
      diffId: layer.diffId,
      size: layer.size,
      parts:
        found.fileBytes.size === 0
          ? [{ storePath: undefined, name: "nothing", unpackedSize: 0 }]
          : [...found.fileBytes].map((bytes) => part(bytes, index)).sort(byPath),
    })),
    packages: readManifestNix(
      manifestOf(
        layers.map(({ found }) => found),
        records,
      ) ?? "",
    ),
    references: new Map([...(records ?? [])].map(([path, { references }]) => [path, references])),
  };
}

/** Store paths first, by their paths. */
const byPath = (a: LayerPart, b: LayerPart): number =>
  Number(a.storePath === undefined) - Number(b.storePath === undefined) ||
  ((a.storePath ?? a.name) < (b.storePath ?? b.name) ? -1 : 1);

/** A mistake in it is no reason to report nothing about the image. */
async function recordsIn(database: Uint8Array, digest: Digest): Promise<StoreRecords | undefined> {
  try {
    return await readStoreDatabase(database);
  } catch (error) {
    log.warn([`${digest}: the store's database cannot be read`, ...renderLines(error)]);
    return undefined;
  }
}

type StoreRecords = ReadonlyMap<string, StoreRecord>;

/** That of the profile; there may be some of earlier generations. */
function manifestOf(
  layers: readonly ReadLayer[],
  records: StoreRecords | undefined,
): string | undefined {
  const manifests = new Map(layers.flatMap((layer) => [...layer.manifests]));
  for (const [path, { references }] of records ?? [])
    if (path.endsWith("-user-environment"))
      for (const reference of references)
        if (manifests.has(reference)) return manifests.get(reference);
  return [...manifests.values()].at(-1);
}

/** An image to read: in a registry, in an OCI layout, or in a docker archive. @module */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Bytes } from "../base/bytes.ts";
import { renderLines } from "../base/errors.ts";
import { readOciArchive } from "../destination/oci-archive.ts";
import { readOciLayout } from "../destination/oci-layout.ts";
import { readDockerArchive } from "../destination/read-docker-archive.ts";
import { collectSmall, type OciLayout } from "../destination/read-layout.ts";
import { withTarFile, type TarFile } from "../destination/tar-file.ts";
import type { Descriptor } from "../formats/oci/descriptor.ts";
import { Digest } from "../formats/oci/digest.ts";
import { readImage, type PlatformImage } from "../formats/oci/read-image.ts";
import { Reference } from "../formats/oci/reference.ts";
import { ReferrersIndex } from "../formats/oci/referrers-index.ts";
import { RegistryClient } from "../registry/client.ts";
import { listReferrers } from "../registry/referrers.ts";
import type { AttachmentSource } from "../signing/evidence.ts";
import type { CommandLine } from "./command.ts";
import { lixError } from "../errors/lix-error.ts";

export interface ImageSource {
  /** For messages: a reference, a folder, a file. */
  readonly description: string;
  /** The image's names there. */
  readonly names: readonly string[];
  readonly root: Pick<Descriptor, "mediaType" | "digest" | "size">;
  readonly platforms: readonly PlatformImage[];
  /**
   * A docker archive has neither manifests nor compressed layers: its image is identified by the config's
   * digest, and its layers by their diffIds.
   */
  readonly plain: boolean;
  /** Verified: the last bytes are yielded only if the digest matches. */
  readonly getBlob: (digest: Digest) => Bytes;
  /** Documents and signatures about the image. Undefined in a docker archive, which has none. */
  readonly attachments: AttachmentSource | undefined;
  /** The documents of one of the platforms, whole. */
  readonly getDocuments: (image: PlatformImage) => Promise<ImageDocuments>;
}

export interface ImageDocuments {
  /** Undefined in a docker archive. */
  readonly manifest: Uint8Array | undefined;
  readonly config: Uint8Array;
}

/** In a layout or archive, `reference` says which of several images. */
export type ImagePlace =
  | { readonly kind: "registry"; readonly text: string; readonly reference: Reference }
  | {
      readonly kind: "layout" | "docker archive";
      readonly path: string;
      readonly reference: string | undefined;
    };

/** What the command line says about it. */
export interface PlaceArguments {
  readonly reference: string | undefined;
  readonly oci: string | undefined;
  readonly dockerArchive: string | undefined;
  readonly usageError: CommandLine["usageError"];
}

/** Throws UsageError unless it is exactly one place. */
export function imagePlace({
  reference,
  oci,
  dockerArchive,
  usageError,
}: PlaceArguments): ImagePlace {
  if (oci !== undefined && dockerArchive === undefined)
    return { kind: "layout", path: oci, reference };
  if (oci === undefined && dockerArchive !== undefined)
    return { kind: "docker archive", path: dockerArchive, reference };
  if (oci !== undefined) throw usageError("--oci and --docker-archive exclude each other");
  if (reference === undefined)
    throw usageError("name an image: REF in a registry, --oci or --docker-archive");
  try {
    return { kind: "registry", text: reference, reference: Reference.parse(reference) };
  } catch (error) {
    throw usageError(renderLines(error));
  }
}

/** Lends the image that is there. */
export async function withImage<T>(
  place: ImagePlace,
  use: (image: ImageSource) => Promise<T>,
): Promise<T> {
  switch (place.kind) {
    case "registry":
      return use(await openRemote(place.text, place.reference));
    case "docker archive":
      return withTarFile(place.path, async (tar) =>
        use(await openDockerArchive(tar, place.reference)),
      );
    case "layout": {
      if (await isFile(resolve(place.path)))
        return withTarFile(place.path, async (tar) => {
          const layout = await readOciArchive(tar, place.reference);
          return use(await open(layout, layout, attachedIn(layout)));
        });
      const layout = await readOciLayout(place.path, place.reference);
      return use(await open(layout, layout, attachedIn(layout)));
    }
  }
}

/** A missing path counts as a folder unless it ends in .tar. */
const isFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => !found.isDirectory(),
    () => path.endsWith(".tar"),
  );

async function openRemote(text: string, reference: Reference): Promise<ImageSource> {
  const client = new RegistryClient(reference.repository);
  const root = await client.getManifest(reference.digest ?? reference.tag ?? "latest");
  if (root === undefined) throw lixError("IMAGE_NOT_FOUND", { image: text });
  const attachments: AttachmentSource = {
    listReferrers: (subject) => listReferrers(client, subject),
    getManifest: (reference) => client.getManifest(reference),
    getBlob: (digest) => client.getBlob(digest),
  };
  return open({ description: text, names: [], root }, client, attachments);
}

/** In a layout they are listed as in a registry without a referrers API. */
const attachedIn = ({
  description,
  getTagged,
  getManifest,
  getBlob,
}: OciLayout): AttachmentSource => ({
  getManifest: (reference) =>
    Digest.is(reference) ? getManifest(reference) : getTagged(reference),
  getBlob,
  listReferrers: async (subject) => {
    const index = await getTagged(ReferrersIndex.tag(subject));
    return index === undefined
      ? []
      : ReferrersIndex.referrers(ReferrersIndex.parse(index.bytes, description));
  },
});

async function openDockerArchive(tar: TarFile, reference?: string): Promise<ImageSource> {
  const { names, config, image, getBlob } = await readDockerArchive(tar, reference);
  const { description } = tar;
  const getDocuments = async () => ({ manifest: undefined, config: config.bytes });
  return {
    description,
    names,
    root: config,
    platforms: [image],
    plain: true,
    attachments: undefined,
    getBlob,
    getDocuments,
  };
}

/** What a registry and a layout have in common. */
interface Store {
  getManifest(digest: Digest): Promise<{ readonly bytes: Uint8Array } | undefined>;
  getBlob(digest: Digest): Bytes;
}

interface Found {
  readonly description: string;
  readonly names: readonly string[];
  readonly root: {
    readonly mediaType: string;
    readonly digest: Digest;
    readonly bytes: Uint8Array;
  };
}

async function open(
  { description, names, root }: Found,
  store: Store,
  attachments: AttachmentSource,
): Promise<ImageSource> {
  const top = { mediaType: root.mediaType, digest: root.digest, size: root.bytes.length };
  const getConfig = (digest: Digest): Promise<Uint8Array> =>
    collectSmall(store.getBlob(digest), `${description}: ${digest}`);
  const getManifest = async (digest: Digest): Promise<Uint8Array> => {
    if (digest === root.digest) return root.bytes;
    const manifest = await store.getManifest(digest);
    if (manifest === undefined)
      throw lixError("IMAGE_NOT_FOUND", { image: `${description}: ${digest}` });
    return manifest.bytes;
  };
  const fetch = ({ digest, mediaType }: Descriptor): Promise<Uint8Array> =>
    digest === root.digest || mediaType.includes("manifest")
      ? getManifest(digest)
      : getConfig(digest);
  return {
    description,
    names,
    root: top,
    platforms: await readImage(top, fetch),
    plain: false,
    attachments,
    getBlob: (digest) => store.getBlob(digest),
    getDocuments: async ({ digest, configDigest }) => ({
      manifest: await getManifest(digest),
      config: await getConfig(configDigest),
    }),
  };
}

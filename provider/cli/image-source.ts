/** An image to look at: in a registry, or in an OCI image layout. @module */
import { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { readOciLayout } from "../destination/oci-layout.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { readImage, type PlatformImage } from "../oci/read-image.ts";
import { Reference } from "../oci/reference.ts";
import { RegistryClient } from "../registry/client.ts";
import type { CommandLine } from "./arguments.ts";
import { UsageError } from "./usage.ts";

export interface ImageSource {
  /** For messages: a reference, or a folder. */
  readonly description: string;
  readonly root: Pick<Descriptor, "mediaType" | "digest" | "size">;
  readonly platforms: readonly PlatformImage[];
  /** Checked: the last bytes come only when the digest is right. */
  readonly getBlob: (digest: Digest) => Bytes;
}

/** @param reference the positional argument; exclusive with `--oci`. */
export async function openImage(
  { oci }: CommandLine,
  reference: string | undefined,
  usage: string,
): Promise<ImageSource> {
  if ((oci === undefined) === (reference === undefined)) throw new UsageError(`usage: ${usage}`);
  return oci === undefined ? openRemote(reference ?? "") : openLayout(oci);
}

async function openRemote(text: string): Promise<ImageSource> {
  const reference = Reference.parse(text);
  const client = new RegistryClient(reference.repository);
  const manifest = await client.getManifest(reference.digest ?? reference.tag ?? "latest");
  if (manifest === undefined) throw new ImageNotFound(text);
  return open(text, manifest, client);
}

async function openLayout(folder: string): Promise<ImageSource> {
  const layout = await readOciLayout(folder);
  return open(layout.description, layout.root, layout);
}

/** What a registry and a layout have in common. */
interface Store {
  getManifest(digest: Digest): Promise<{ readonly bytes: Uint8Array } | undefined>;
  getBlob(digest: Digest): Bytes;
}

async function open(
  description: string,
  root: { readonly mediaType: string; readonly digest: Digest; readonly bytes: Uint8Array },
  store: Store,
): Promise<ImageSource> {
  const top = { mediaType: root.mediaType, digest: root.digest, size: root.bytes.length };
  const fetch = async (descriptor: Descriptor): Promise<Uint8Array> => {
    if (descriptor.digest === root.digest) return root.bytes;
    if (!descriptor.mediaType.includes("manifest"))
      return Bytes.collect(store.getBlob(descriptor.digest));
    const manifest = await store.getManifest(descriptor.digest);
    if (manifest === undefined) throw new ImageNotFound(`${description}: ${descriptor.digest}`);
    return manifest.bytes;
  };
  return {
    description,
    root: top,
    platforms: await readImage(top, fetch),
    getBlob: (digest) => store.getBlob(digest),
  };
}

export class ImageNotFound extends LixImageError {
  readonly code = "IMAGE_NOT_FOUND";
  constructor(what: string) {
    super(`${what}: the registry has no such image`, {
      hint: "check the tag or digest; `lix-image push` puts one there",
    });
  }
}

/**
 * A whole image read back, down to its configs; layers are named, not fetched.
 * @module
 */
import { collectWithin, requireWithin } from "../../base/budgets.ts";
import { Bytes } from "../../base/bytes.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { Descriptor } from "./descriptor.ts";
import type { DiffId, Digest } from "./digest.ts";
import { Platform } from "./platform.ts";
import { readConfig, type ReadConfig } from "./read-config.ts";
import { readManifest, type ReadManifest } from "./read-manifest.ts";
import { verifiedBlob } from "./verified-blob.ts";

/** One platform's image. */
export interface PlatformImage extends ReadConfig {
  readonly digest: Digest;
  readonly configDigest: Digest;
  /** First to last. */
  readonly layers: readonly (Descriptor & { readonly diffId: DiffId })[];
  /** Bytes to pull: layers, config and manifest. */
  readonly size: number;
}

/** Fetches a manifest or config. The caller checks the bytes against the descriptor. */
export type FetchDocument = (descriptor: Descriptor) => Promise<Uint8Array>;

/** The images below a manifest or index, in its order. */
export async function readImage(
  root: Pick<Descriptor, "mediaType" | "digest" | "size">,
  fetch: FetchDocument,
): Promise<PlatformImage[]> {
  let total = 0;
  const checked = async (descriptor: Descriptor): Promise<Uint8Array> => {
    const { digest, mediaType } = descriptor;
    // Before the fetch: an index may name the same manifest ten thousand times.
    requireWithin("imageDocumentBytes", (total += descriptor.size), root.digest);
    return collectWithin(
      "documentBytes",
      verifiedBlob(Bytes.of(await fetch(descriptor)), descriptor, mediaType),
      digest,
    );
  };
  const platformImage = async (
    from: Descriptor,
    manifest: ReadManifest,
  ): Promise<PlatformImage> => {
    const config = readConfig(await checked(manifest.config), manifest.config.digest);
    return { ...config, ...joined(from, manifest, config) };
  };

  const top = readManifest(await checked(root), root.digest);
  if (top.kind === "manifest") return [await platformImage(root, top)];
  const images: PlatformImage[] = [];
  for (const entry of top.manifests) {
    // BuildKit lists attestations among the images, for the platform unknown/unknown.
    if (entry.platform !== undefined && Platform.format(entry.platform) === "unknown/unknown")
      continue;
    const child = readManifest(await checked(entry), entry.digest);
    if (child.kind === "index")
      throw lixError("IMAGE_INCONSISTENT", {
        digest: entry.digest,
        problem: "an index within an index",
      });
    images.push(await platformImage(entry, child));
  }
  return images;
}

function joined(
  from: Pick<Descriptor, "digest" | "size">,
  manifest: ReadManifest,
  config: ReadConfig,
) {
  const layers = manifest.layers.flatMap((layer, index) => {
    const diffId = config.diffIds[index];
    return diffId === undefined ? [] : [{ ...layer, diffId }];
  });
  if (layers.length !== manifest.layers.length || layers.length !== config.diffIds.length)
    throw lixError("IMAGE_INCONSISTENT", {
      digest: from.digest,
      problem: `${manifest.layers.length} layers, but the config has ${config.diffIds.length} diffIds`,
    });
  const size = layers.reduce((sum, layer) => sum + layer.size, from.size + manifest.config.size);
  return { digest: from.digest, configDigest: manifest.config.digest, layers, size };
}

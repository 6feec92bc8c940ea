/** Config, manifest and index around built layers. @module */
import { Bytes } from "../base/bytes.ts";
import { imageConfig } from "../formats/oci/config.ts";
import type { Descriptor } from "../formats/oci/descriptor.ts";
import { Digest } from "../formats/oci/digest.ts";
import type { Image, ManifestBlob } from "../formats/oci/image.ts";
import type { Blob, LayerIdentity } from "../formats/oci/layer.ts";
import { imageIndex, imageManifest } from "../formats/oci/manifest.ts";
import { MediaType } from "../formats/oci/media-type.ts";
import type { BuiltPlatform } from "./build-image.ts";
import type { Session } from "./session.ts";

/** One platform's part of an image. */
export interface AssembledPlatform extends BuiltPlatform {
  readonly manifest: ManifestBlob;
  readonly config: Descriptor;
  /** Bytes to pull: layers, config and manifest. */
  readonly size: number;
}

export interface Assembled {
  readonly image: Image;
  readonly platforms: readonly AssembledPlatform[];
}

/** Same layers, same bytes. */
export function assemble(session: Session, built: readonly BuiltPlatform[]): Assembled {
  const blobs = new Map<Digest, Blob>();
  const platforms = built.map((each): AssembledPlatform => {
    const bytes = imageConfig({
      platform: each.plan.platform,
      config: each.plan.config,
      layers: each.layers.map((layer) => layer.identity.diffId),
    });
    const config = { mediaType: MediaType.config, digest: Digest.of(bytes), size: bytes.length };
    blobs.set(config.digest, { ...config, open: () => Bytes.of(bytes) });
    for (const { identity } of each.layers)
      blobs.set(identity.digest, layerBlob(session, identity));
    const layers = each.layers.map((layer) => layer.identity);
    const manifest = imageManifest({ config, layers, annotations: each.plan.annotations });
    const layerBytes = each.layers.reduce((sum, layer) => sum + layer.identity.size, 0);
    return { ...each, manifest, config, size: layerBytes + config.size + manifest.bytes.length };
  });
  return { image: imageOf(platforms, [...blobs.values()]), platforms };
}

/** From the local cache. */
export const layerBlob = (session: Session, { digest, size }: LayerIdentity): Blob => ({
  digest,
  size,
  open: () => session.cache.openBlob(digest),
});

function imageOf(platforms: readonly AssembledPlatform[], blobs: readonly Blob[]): Image {
  const [first, ...rest] = platforms;
  if (first === undefined) throw new RangeError("an image has at least one platform");
  if (rest.length === 0) return { blobs, children: [], root: first.manifest };
  const root = imageIndex({
    manifests: platforms.map(({ manifest, plan }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.bytes.length,
      platform: plan.platform,
    })),
    annotations: { ...first.plan.config.Labels, ...first.plan.annotations },
  });
  return { blobs, children: platforms.map((platform) => platform.manifest), root };
}

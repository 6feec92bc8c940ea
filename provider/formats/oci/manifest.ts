/**
 * Manifests and indexes to be pushed.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 * @module
 */
import { lixError } from "../../errors/lix-error.ts";
import type { Descriptor } from "./descriptor.ts";
import { Digest } from "./digest.ts";
import { goJson, goMap, type GoValue } from "./go-json.ts";
import type { ManifestBlob } from "./image.ts";
import type { LayerIdentity } from "./layer.ts";
import { MediaType, type ManifestMediaType } from "./media-type.ts";
import { comparePlatforms, Platform } from "./platform.ts";

export interface ManifestInput {
  readonly config: Descriptor;
  /** First to last, as in the config. */
  readonly layers: readonly LayerIdentity[];
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export function imageManifest({ config, layers, annotations = {} }: ManifestInput): ManifestBlob {
  return manifestBlob(MediaType.manifest, {
    config: descriptor(config),
    layers: layers.map(descriptor),
    annotations: goMap(annotations),
  });
}

export interface IndexInput {
  /** In any order; each of another platform. */
  readonly manifests: readonly (Descriptor & { readonly platform: Platform })[];
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Entries are sorted by platform, so that the order of `systems` changes no digest. */
export function imageIndex({ manifests, annotations = {} }: IndexInput): ManifestBlob {
  const sorted = [...manifests].sort((a, b) => comparePlatforms(a.platform, b.platform));
  for (const [index, { platform }] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before !== undefined && comparePlatforms(before.platform, platform) === 0)
      throw lixError("DUPLICATE_PLATFORM", { platform: Platform.format(platform) });
  }
  return manifestBlob(MediaType.index, {
    manifests: sorted.map(({ platform, ...rest }) => ({
      ...descriptor(rest),
      platform: {
        architecture: platform.architecture,
        os: platform.os,
        variant: platform.variant,
      },
    })),
    annotations: goMap(annotations),
  });
}

function manifestBlob(
  mediaType: ManifestMediaType,
  body: Readonly<Record<string, GoValue | undefined>>,
): ManifestBlob {
  const bytes = Buffer.from(goJson({ schemaVersion: 2, mediaType, ...body }), "utf8");
  return { digest: Digest.of(bytes), mediaType, bytes };
}

/** The three fields that every descriptor must have, in the order of Go's struct. */
function descriptor({ mediaType, digest, size }: Descriptor | LayerIdentity) {
  return { mediaType, digest, size };
}

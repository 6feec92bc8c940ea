/**
 * Manifests and indexes from outside: a registry's, or an image layout's.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 * @module
 */
import { z } from "zod";
import { requireWithin } from "../../base/budgets.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { Descriptor } from "./descriptor.ts";
import { MediaType } from "./media-type.ts";
import { annotations, digest, parseDocument, size } from "./document.ts";

export interface ReadManifest {
  readonly kind: "manifest";
  readonly mediaType: string;
  readonly config: Descriptor;
  /** First to last. */
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}
export interface ReadIndex {
  readonly kind: "index";
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** `what` names the document in messages: a digest, a file, a reference. */
export function readManifest(bytes: Uint8Array, what: string): ReadManifest | ReadIndex {
  const { mediaType, config, layers, manifests, ...rest } = parseDocument(schema, bytes, what);
  const shared = { annotations: rest.annotations ?? {} };
  // CVE-2021-41190: a document that could be read as either is neither.
  if (manifests !== undefined && config === undefined && layers === undefined) {
    if (mediaType !== undefined && !INDEXES.has(mediaType))
      throw lixError("WRONG_MEDIA_TYPE", { what, mediaType });
    requireWithin("manifestsPerIndex", manifests.length, what);
    return { ...shared, kind: "index", mediaType: mediaType ?? MediaType.index, manifests };
  }
  if (manifests === undefined && config !== undefined && layers !== undefined) {
    if (mediaType !== undefined && INDEXES.has(mediaType))
      throw lixError("WRONG_MEDIA_TYPE", { what, mediaType });
    requireWithin("layersPerManifest", layers.length, what);
    return {
      ...shared,
      kind: "manifest",
      mediaType: mediaType ?? MediaType.manifest,
      config,
      layers,
    };
  }
  throw lixError("MALFORMED_DOCUMENT", {
    what,
    problem: "expected either config and layers, or manifests",
  });
}

const INDEXES: ReadonlySet<string> = new Set([MediaType.index, MediaType.dockerList]);

const descriptor = z.object({
  mediaType: z.string(),
  digest,
  size,
  annotations: annotations.optional(),
  platform: z
    .object({ architecture: z.string(), os: z.string(), variant: z.string().optional() })
    .optional(),
});

const schema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z
    .enum([MediaType.manifest, MediaType.index, MediaType.dockerManifest, MediaType.dockerList])
    .optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
  manifests: z.array(descriptor).optional(),
  annotations: annotations.optional(),
});

import { z } from "zod";
import { isDigest } from "./registry-digest.ts";
import { Reply } from "./registry-reply.ts";
import type { StoredManifest, StoredRepository } from "./registry-store.ts";

const Descriptor = z.object({
  mediaType: z.string().optional(),
  digest: z.string().refine(isDigest),
  size: z.int().min(0),
});
const Manifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: Descriptor.optional(),
  layers: z.array(Descriptor).optional(),
  manifests: z.array(Descriptor).optional(),
  subject: Descriptor.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
type Manifest = z.output<typeof Manifest>;

const parse = (bytes: Uint8Array): Manifest =>
  Manifest.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));

/** A manifest may only name what the repository has: else a tag could point to half an image. */
export function wrongManifest(
  bytes: Uint8Array,
  mediaType: string,
  held: StoredRepository,
): Reply | undefined {
  let manifest: Manifest;
  try {
    manifest = parse(bytes);
  } catch {
    return Reply.error(400, "MANIFEST_INVALID", "not a manifest or an index");
  }
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType)
    return Reply.error(
      400,
      "MANIFEST_INVALID",
      `Content-Type is ${mediaType}, mediaType ${manifest.mediaType}`,
    );
  // image-spec, layer.md: non-distributable layers need not be pushed.
  const layers = (manifest.layers ?? []).filter(
    (layer) => layer.mediaType?.includes(".nondistributable.") !== true,
  );
  const blobs = [...(manifest.config ? [manifest.config] : []), ...layers];
  const sizes = [
    ...blobs.map(({ digest, size }) => [digest, size, held.blobs.get(digest)] as const),
    ...(manifest.manifests ?? []).map(
      ({ digest, size }) => [digest, size, held.manifests.get(digest)?.bytes.length] as const,
    ),
  ];
  const unknown = sizes.find(([, , actual]) => actual === undefined);
  if (unknown !== undefined) return Reply.error(404, "MANIFEST_BLOB_UNKNOWN", unknown[0]);
  const wrong = sizes.find(([, size, actual]) => size !== actual);
  return (
    wrong && Reply.error(400, "SIZE_INVALID", `${wrong[0]} has ${wrong[2]} bytes, not ${wrong[1]}`)
  );
}

/** The digest of what it says it is about: the image that a signature signs, say. */
export const subjectOf = ({ bytes }: StoredManifest): string | undefined =>
  parse(bytes).subject?.digest;

/** How a list of referrers describes it. @see distribution-spec, "Listing Referrers" */
export function referrerOf({ mediaType, bytes }: StoredManifest, digest: string): Referrer {
  const { artifactType, config, annotations } = parse(bytes);
  return {
    mediaType,
    digest,
    size: bytes.length,
    artifactType: artifactType ?? config?.mediaType,
    annotations,
  };
}

export type Referrer = z.output<typeof Descriptor> & Pick<Manifest, "artifactType" | "annotations">;

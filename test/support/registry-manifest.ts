import { z } from "zod";
import { Reply } from "./registry-reply.ts";
import type { StoredRepository } from "./registry-store.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const Descriptor = z.object({ digest: z.string().regex(DIGEST), size: z.int().min(0) });
const Manifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: Descriptor.optional(),
  layers: z.array(Descriptor).optional(),
  manifests: z.array(Descriptor).optional(),
});

/** A manifest may only name what the repository has: else a tag could point to half an image. */
export function wrongManifest(
  bytes: Buffer,
  mediaType: string,
  held: StoredRepository,
): Reply | undefined {
  let manifest: z.output<typeof Manifest>;
  try {
    manifest = Manifest.parse(JSON.parse(bytes.toString("utf8")));
  } catch {
    return Reply.error(400, "MANIFEST_INVALID", "not a manifest or an index");
  }
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType)
    return Reply.error(
      400,
      "MANIFEST_INVALID",
      `Content-Type is ${mediaType}, mediaType ${manifest.mediaType}`,
    );
  const blobs = [...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])];
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

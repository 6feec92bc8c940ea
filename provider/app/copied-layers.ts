/**
 * Layers that one destination lacks and a registry has: they are mounted or read from that registry instead
 * of being built again. Their digests are checked.
 * @module
 */
import { LixImageError } from "../base/errors.ts";
import type { Destination } from "../destination/destination.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Blob, LayerIdentity } from "../formats/oci/layer.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import type { Assembled } from "./assemble.ts";
import type { Session } from "./session.ts";

/** By destination, the blobs that it does not have. */
export type MissingBlobs = ReadonlyMap<Destination, ReadonlySet<Digest>>;

/** Blobs of layers that one destination lacks and another has, so that they need not be built. */
export function copiedLayers(
  session: Session,
  { image, platforms }: Assembled,
  lacking: MissingBlobs,
  signal?: AbortSignal,
): ReadonlyMap<Digest, Blob> {
  const layers = new Map(
    platforms.flatMap(({ layers: own }) =>
      own.map(({ identity }) => [identity.digest, identity] as const),
    ),
  );
  const wanted = wantedBlobs(lacking);
  const copies = new Map<Digest, Blob>();
  for (const [destination, missing] of lacking) {
    const there = image.blobs.filter(({ digest }) => !missing.has(digest));
    for (const blob of destination.blobSources?.(there, signal) ?? []) {
      const layer = layers.get(blob.digest);
      if (layer === undefined || !wanted.has(blob.digest) || copies.has(blob.digest)) continue;
      const open = () => openCopy(session, layer, { blob, from: destination.description });
      copies.set(blob.digest, { ...blob, open });
    }
  }
  return copies;
}

export const wantedBlobs = (lacking: MissingBlobs): ReadonlySet<Digest> =>
  new Set([...lacking.values()].flatMap((digests) => [...digests]));

/** From the local cache, if it is there. */
async function* openCopy(
  session: Session,
  layer: LayerIdentity,
  { blob, from }: { readonly blob: Blob; readonly from: string },
): AsyncGenerator<Uint8Array> {
  if (await session.cache.hasBlob(layer)) return yield* session.cache.openBlob(layer.digest);
  try {
    yield* verifiedBlob(blob.open(), blob, from);
  } catch (error) {
    throw new LayerNotCopied(layer.digest, from, error);
  }
}

export class LayerNotCopied extends LixImageError {
  readonly code = "LAYER_NOT_COPIED";
  override readonly retryable = "lost layer";
  constructor(digest: Digest, from: string, cause: unknown) {
    super(`layer ${digest} cannot be copied from ${from}, so it is built again`, { cause });
  }
}

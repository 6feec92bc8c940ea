/**
 * One layer from store paths to a compressed blob in the local cache, streaming all the way.
 * @module
 */
import { compressorVersion, type LayerCompression } from "../layer/compressor.ts";
import type { LayerContents } from "../layer/assign.ts";
import { packLayer } from "../layer/blob.ts";
import { layerEntries } from "../layer/entries.ts";
import { layerTree } from "../layer/layer-tree.ts";
import type { KnownLayer } from "../layer-cache/layer-cache.ts";
import { storeDatabase } from "../nix/database.ts";
import type { Listing } from "../nix/listing.ts";
import type { PathInfo } from "../nix/path-info.ts";
import type { StorePath } from "../nix/store-path.ts";
import type { Directory } from "../nix/tree.ts";
import type { LayerKey } from "../plan/recipe.ts";
import type { GeneratedPath } from "../rootfs/generated.ts";
import type { NarSource } from "../substituter/chain.ts";
import { NarInterrupted } from "../substituter/chain.ts";
import type { Session } from "./session.ts";
import { storeReader } from "./store-reader.ts";

/** Beyond it a path's listing is not kept: only sources such as nixpkgs are that large. */
const LISTED_NAR_SIZE = 128 * 1024 * 1024;

export interface LayerJob {
  readonly key: LayerKey;
  readonly contents: LayerContents;
  readonly compression: LayerCompression;
  readonly source: NarSource;
  readonly paths: ReadonlyMap<StorePath, PathInfo>;
  readonly generated: ReadonlyMap<StorePath, GeneratedPath>;
  /** Undefined while planning: only layers of packages can be built then. */
  readonly baseSystem: Directory | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Builds the layer into the cache and learns what it came to; shared with whoever asks meanwhile. */
export function buildLayer(session: Session, job: LayerJob): Promise<KnownLayer> {
  return session.layersInFlight.run(job.key, () =>
    session.budget.run(async () => {
      const known = await attempt(session, job);
      await session.knowledge.learnLayer(job.key, known);
      return known;
    }),
  );
}

/** The blob's bytes are in the cache afterwards: what is known is looked up, what is not is built. */
export async function ensureBlob(session: Session, job: LayerJob): Promise<KnownLayer> {
  const known = await session.knowledge.layer(job.key);
  if (known !== undefined && (await session.cache.hasBlob(known))) return known;
  return buildLayer(session, job);
}

/** Starts over with the next cache when one fails in the middle of a NAR; nothing was published. */
async function attempt(session: Session, job: LayerJob): Promise<KnownLayer> {
  for (;;) {
    try {
      return await pack(session, job);
    } catch (error) {
      if (!(error instanceof NarInterrupted)) throw error;
    }
  }
}

async function pack(session: Session, job: LayerJob): Promise<KnownLayer> {
  const rows = [...job.paths.values()];
  const tree = layerTree({
    storePaths: job.contents.storePaths,
    baseSystem: job.contents.baseSystem ? job.baseSystem : undefined,
    database: job.contents.database
      ? { sqlite: await storeDatabase(rows), registered: rows.map((row) => row.storePath) }
      : undefined,
  });
  const reader = storeReader({ ...job, onListing: keepListing(session) });
  const identity = await session.cache.addBlob((sink) =>
    packLayer(layerEntries(tree, reader.open), job.compression, sink),
  );
  return { ...identity, compressor: compressorVersion(job.compression.algorithm) };
}

/** Learns the listings of what is read, but for huge sources. */
export function keepListing(session: Session) {
  return async (info: PathInfo, listing: Listing): Promise<void> => {
    if (info.narSize <= LISTED_NAR_SIZE)
      await session.knowledge.learnListing(info.narHash, listing);
  };
}

/**
 * One layer from store paths to a compressed blob in the local cache, streaming all the way.
 * @module
 */
import { lixError } from "../errors/lix-error.ts";
import { compressorVersion } from "../formats/layer/compressor.ts";
import { packLayer } from "../formats/layer/blob.ts";
import { layerEntries } from "../formats/layer/entries.ts";
import { layerTree } from "../formats/layer/layer-tree.ts";
import { CacheVanished } from "./folder.ts";
import type { KnownLayer } from "./layer-cache.ts";
import { storeDatabase } from "../formats/nix/database.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { layerName } from "../plan/layer-name.ts";
import { NarInterrupted } from "../substituter/chain.ts";
import type { LayerJob } from "./layer-job.ts";
import { narSourceOf } from "./nar-source.ts";
import type { Session } from "./session.ts";
import { storeReader } from "./store-reader.ts";

/** Beyond it a path's listing is not kept: only sources such as nixpkgs are that large. */
const LISTED_NAR_SIZE = 128 * 1024 * 1024;

/**
 * The blob's bytes are in the cache afterwards: what is known is looked up, what is not is built. Work
 * in flight is shared, within the process and with other processes that use the same cache.
 */
export function buildMissingLayer(session: Session, job: LayerJob): Promise<KnownLayer> {
  return session.layersInFlight.run(job.key, async () => {
    const cached = await cachedBlob(session, job);
    if (cached !== undefined) return cached;
    const { signal, watch } = job;
    const onWait = (owner: string): void => watch?.waitsFor(`another lix-image (${owner})`);
    return session.cache.alone(`layer-${job.key}`, { signal, onWait }, async () => {
      watch?.waitsFor(undefined);
      return (await cachedBlob(session, job)) ?? buildBlob(session, job);
    });
  });
}

async function buildBlob(session: Session, job: LayerJob): Promise<KnownLayer> {
  return session.budget.run(async () => {
    const known = await session.knownLayers.layer(job.key);
    const built = await attempt(session, job);
    if (known !== undefined && known.diffId !== built.diffId)
      throw lixError("LAYER_NOT_REPRODUCED", {
        layer: layerName(job.contents),
        known: known.diffId,
        built: built.diffId,
      });
    await session.knownLayers.addLayer(job.key, built);
    return built;
  });
}

/** Of a layer that this machine has made, and whose bytes are still in the cache. */
export async function cachedBlob(session: Session, job: LayerJob): Promise<KnownLayer | undefined> {
  const known = await session.knownLayers.layer(job.key);
  const made = await session.cache.identity(job.key);
  // A state may name any blob; only what was made here for this key is known to be this layer.
  if (known === undefined || made?.digest !== known.digest || made.diffId !== known.diffId)
    return undefined;
  return (await session.cache.hasBlob(made)) ? made : undefined;
}

/**
 * Starts over with the next cache when one fails in the middle of a NAR, and once when the local cache
 * was removed meanwhile; nothing was published.
 */
async function attempt(session: Session, job: LayerJob): Promise<KnownLayer> {
  let vanished = 0;
  for (;;) {
    try {
      return await pack(session, job);
    } catch (error) {
      if (error instanceof NarInterrupted) continue;
      if (!(error instanceof CacheVanished) || vanished > 0) throw error;
      vanished += 1;
    }
  }
}

async function pack(session: Session, job: LayerJob): Promise<KnownLayer> {
  const rows = [...job.paths.values()];
  const { storePaths, baseSystem, database, files } = job.contents;
  const tree = layerTree({
    storePaths,
    // A layer of files holds no base system.
    baseSystem: files === true ? job.files : baseSystem ? job.baseSystem : undefined,
    database: database ? { sqlite: await storeDatabase(rows), gcRoots: job.gcRoots } : undefined,
    storeOwner: job.storeOwner,
  });
  const source = narSourceOf(session, job.lock);
  const reader = storeReader({ ...job, source, onListing: keepListing(session) });
  const fetched = job.contents.storePaths.flatMap((path) =>
    job.generated.has(path) ? [] : (job.paths.get(path) ?? []),
  );
  const identity = await source.withNarInfosAhead(fetched, job.signal, () =>
    session.cache.addBlob((sink) =>
      packLayer(layerEntries(tree, reader.open), job.compression, sink),
    ),
  );
  return { ...identity, compressor: compressorVersion(job.compression.algorithm) };
}

/** Learns the listings of what is read, but for huge sources. */
export function keepListing(session: Session) {
  return async (info: PathInfo, listing: Listing): Promise<void> => {
    if (info.narSize <= LISTED_NAR_SIZE)
      await session.knownLayers.addListing(info.narHash, listing);
  };
}

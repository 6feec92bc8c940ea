/**
 * Builds one layer, a compressed blob in the local cache: in a thread, or here if it takes no NARs.
 * @module
 */
import { retry } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";
import { compressorVersion } from "../formats/layer/layer-compression.ts";
import { packLayer } from "../formats/layer/blob.ts";
import { layerTar, narsOf } from "../formats/layer/layer-tar.ts";
import { layerTree, type LayerDirectory } from "../formats/layer/layer-tree.ts";
import type { KnownLayer } from "./layer-cache.ts";
import { storeDatabase } from "../formats/nix/database.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";
import { layerName } from "../plan/layer-name.ts";
import { NarInterrupted } from "../substituter/chain.ts";
import type { LayerJob } from "./layer-job.ts";
import type { LayerOrder } from "./layer-messages.ts";
import { withLayerThread } from "./layer-threads.ts";
import { narSourceOf } from "./nar-source.ts";
import type { BuildSession } from "./build-session.ts";

/** The listing of a larger path is not kept: only sources such as nixpkgs are that large. */
const LISTED_NAR_SIZE = 128 * 1024 * 1024;

/**
 * Builds the layer, unless its blob is in the local cache already. Work in flight is shared within the
 * process and with other processes that use the same cache.
 */
export function buildMissingLayer(session: BuildSession, job: LayerJob): Promise<KnownLayer> {
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

async function buildBlob(session: BuildSession, job: LayerJob): Promise<KnownLayer> {
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
    for (const notify of session.onBuilt) notify(built);
    return built;
  });
}

/** Returns a layer that this machine has built, if its blob is still in the cache. */
export async function cachedBlob(
  session: BuildSession,
  job: LayerJob,
): Promise<KnownLayer | undefined> {
  const known = await session.knownLayers.layer(job.key);
  const made = await session.cache.identity(job.key);
  // A state may name any blob. We know that a blob is this layer only if we built it for this key.
  if (known === undefined || made?.digest !== known.digest || made.diffId !== known.diffId)
    return undefined;
  return (await session.cache.hasBlob(made)) ? made : undefined;
}

/**
 * Starts over with the next binary cache if one fails in the middle of a NAR, and if the local cache was
 * removed in the meantime. Nothing has been published by then.
 */
const attempt = (session: BuildSession, job: LayerJob): Promise<KnownLayer> =>
  retry(RETRY.cacheFile, { signal: job.signal }, async () => {
    for (;;) {
      try {
        return await pack(session, job);
      } catch (error) {
        if (!(error instanceof NarInterrupted)) throw error;
      }
    }
  });

async function pack(session: BuildSession, job: LayerJob): Promise<KnownLayer> {
  const root = await rootOf(job);
  const nars = narsOf(root).map(({ storePath }) => lockedPath(job, storePath));
  const { compression } = job;
  const identity = await session.cache.addBlob((sink, fd) =>
    nars.length === 0
      ? packLayer(layerTar(root, openNone), compression, sink)
      : packInThread(session, job, nars, { kind: "layer", root, compression, fd }),
  );
  return { ...identity, compressor: compressorVersion(compression) };
}

async function rootOf(job: LayerJob): Promise<LayerDirectory> {
  const { storePaths, baseSystem, database, files } = job.contents;
  const sqlite = database ? await storeDatabase([...job.paths.values()]) : undefined;
  return layerTree({
    storePaths,
    generated: job.generated,
    // A layer of files holds no base system.
    baseSystem: files === true ? job.files : baseSystem ? job.baseSystem : undefined,
    database: sqlite && { sqlite, gcRoots: job.gcRoots },
    storeOwner: job.storeOwner,
  });
}

function lockedPath({ paths }: LayerJob, storePath: StorePath): PathInfo {
  const info = paths.get(storePath);
  if (info === undefined) throw new RangeError(`${storePath} is in neither the lock nor the image`);
  return info;
}

const openNone = (): never => {
  throw new RangeError("a layer without NARs asks for one");
};

function packInThread(
  session: BuildSession,
  { lock, signal, watch }: LayerJob,
  nars: readonly PathInfo[],
  order: LayerOrder,
): Promise<LayerIdentity> {
  const source = narSourceOf(session, lock);
  return source.withNarsAhead(nars, signal, () =>
    withLayerThread(signal, async (thread) => {
      thread.begin(order);
      for (const info of nars) {
        const listing = await thread.read(source, info, (bytes) => watch?.read(info, bytes));
        await keepListing(session, info, listing);
      }
      return thread.finish();
    }),
  );
}

/** Keeps the listing of each path that is read, except for huge sources. */
async function keepListing(session: BuildSession, info: PathInfo, listing: Listing): Promise<void> {
  if (info.narSize <= LISTED_NAR_SIZE) await session.knownLayers.addListing(info.narHash, listing);
}

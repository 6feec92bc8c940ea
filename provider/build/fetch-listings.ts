/**
 * Listings that nobody has yet: by building the layer that the package is in (its bytes will be needed
 * anyway), else by reading its NAR alone.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { log } from "../base/log.ts";
import type { Lock } from "../lock/lock.ts";
import { NarHash } from "../nix/nix-hash.ts";
import type { PathInfo } from "../nix/path-info.ts";
import { StorePath } from "../nix/store-path.ts";
import { certainLayers, packageLayerKey, type PlatformInput } from "../plan/platform-plan.ts";
import { NarInterrupted } from "../substituter/chain.ts";
import { ensureBlob } from "./build-layer.ts";
import { largestFirst, type LayerJob } from "./layer-job.ts";
import { narSourceOf } from "./nar-source.ts";
import { reportBuilding } from "./progress.ts";
import { LAYERS_IN_FLIGHT, type Session } from "./session.ts";
import { storeReader } from "./store-reader.ts";

export interface FetchOptions {
  /** `registry/name`, for progress. */
  readonly image: string;
  readonly lock: Lock;
  readonly signal?: AbortSignal | undefined;
}

/** The session knows the listings of all these paths afterwards. */
export async function fetchListings(
  session: Session,
  input: PlatformInput,
  unknown: readonly PathInfo[],
  options: FetchOptions,
): Promise<void> {
  const wanted = new Set(unknown.map((info) => info.storePath));
  const jobs = certainLayers(input)
    .filter((contents) => contents.storePaths.some((path) => wanted.has(path)))
    .map((contents) => packageJob(input, contents, options));
  const missing = await unknownLayers(session, jobs);
  const built = reportBuilding(session, options.image, missing);
  const { signal } = options;
  const width = LAYERS_IN_FLIGHT;
  await mapConcurrent(largestFirst(missing), { width, signal }, async (job) => {
    await ensureBlob(session, job);
    built(job);
  });
  // Another process may have built the layer, and learned the listings while at it.
  const listings = await Promise.all(
    unknown.map((info) => session.knowledge.findListing(info.narHash)),
  );
  const left = unknown.filter((_, at) => listings[at] === undefined);
  await mapConcurrent(left, { width, signal }, (info) => readListing(session, info, options));
}

async function unknownLayers(session: Session, jobs: readonly LayerJob[]): Promise<LayerJob[]> {
  const known = await Promise.all(jobs.map((job) => session.knowledge.layer(job.key)));
  return jobs.filter((_, index) => known[index] === undefined);
}

function packageJob(
  input: PlatformInput,
  contents: LayerJob["contents"],
  options: FetchOptions,
): LayerJob {
  return {
    system: input.system.system,
    key: packageLayerKey(contents, input),
    contents,
    compression: input.compression,
    lock: options.lock,
    paths: input.system.paths,
    generated: new Map(),
    baseSystem: undefined,
    storeOwner: input.storeOwner,
    signal: options.signal,
  };
}

async function readListing(session: Session, info: PathInfo, options: FetchOptions): Promise<void> {
  const { signal } = options;
  const name = StorePath.baseName(info.storePath);
  const onWait = (owner: string): void =>
    log.progress(`${name}: waiting for another lix-image (${owner})`);
  await session.cache.alone(
    `listing-${NarHash.toHex(info.narHash)}`,
    { signal, onWait },
    async () => {
      if ((await session.knowledge.findListing(info.narHash)) !== undefined) return;
      await session.budget.run(() => readNarForListing(session, info, options));
    },
  );
}

async function readNarForListing(
  session: Session,
  info: PathInfo,
  options: FetchOptions,
): Promise<void> {
  const reader = storeReader({
    source: narSourceOf(session, options.lock),
    paths: new Map([[info.storePath, info]]),
    generated: new Map(),
    signal: options.signal,
    onListing: (of, listing) => session.knowledge.learnListing(of.narHash, listing),
  });
  for (;;) {
    try {
      for await (const _ of reader.open(info.storePath)) continue;
      return;
    } catch (error) {
      if (!(error instanceof NarInterrupted)) throw error;
    }
  }
}

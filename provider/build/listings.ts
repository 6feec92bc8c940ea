/**
 * Learns what is in packages, so that the profile can be planned: from what is known, else by building
 * the layer that the package is in (its bytes will be needed anyway), else by reading its NAR alone.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import type { Lock } from "../lock/lock.ts";
import type { StorePath } from "../nix/store-path.ts";
import { certainLayers, packageLayerKey, type PlatformInput } from "../plan/platform-plan.ts";
import { NarInterrupted } from "../substituter/chain.ts";
import type { PathInfo } from "../nix/path-info.ts";
import { buildLayer, type LayerJob } from "./build-layer.ts";
import { narSizeOf, reportBuilding } from "./progress.ts";
import { LAYERS_IN_FLIGHT, type Session } from "./session.ts";
import { storeReader } from "./store-reader.ts";

export interface LearnOptions {
  /** `registry/name`, for progress. */
  readonly image: string;
  readonly lock: Lock;
  /** Called before the first download, so that a preview without digests can stop there. */
  readonly mayFetch: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Answers whether all listings are known now; false only where fetching was not allowed. */
export async function learnListings(
  session: Session,
  input: PlatformInput,
  needed: readonly StorePath[],
  options: LearnOptions,
): Promise<boolean> {
  const unknown: PathInfo[] = [];
  for (const path of needed) {
    const info = input.system.paths.get(path);
    if (info !== undefined && (await session.knowledge.findListing(info.narHash)) === undefined)
      unknown.push(info);
  }
  if (unknown.length === 0) return true;
  if (!options.mayFetch) return false;

  const wanted = new Set(unknown.map((info) => info.storePath));
  const jobs = certainLayers(input)
    .filter((contents) => contents.storePaths.some((path) => wanted.has(path)))
    .map((contents) => packageJob(session, input, contents, options));
  const missing = await unknownLayers(session, jobs);
  const built = reportBuilding(options.image, missing);
  const { signal } = options;
  const width = LAYERS_IN_FLIGHT;
  await mapConcurrent(largestFirst(missing), { width, signal }, async (job) => {
    await buildLayer(session, job);
    built(job);
  });
  const left = unknown.filter((info) => session.knowledge.listing(info.narHash) === undefined);
  await mapConcurrent(left, { width, signal }, (info) => readListing(session, info, options));
  return true;
}

/** Largest first: a big NAR at the end would leave the other cores idle. */
export function largestFirst(jobs: readonly LayerJob[]): LayerJob[] {
  return [...jobs].sort((a, b) => narSizeOf(b) - narSizeOf(a));
}

async function unknownLayers(session: Session, jobs: readonly LayerJob[]): Promise<LayerJob[]> {
  const known = await Promise.all(jobs.map((job) => session.knowledge.layer(job.key)));
  return jobs.filter((_, index) => known[index] === undefined);
}

function packageJob(
  session: Session,
  input: PlatformInput,
  contents: LayerJob["contents"],
  options: LearnOptions,
): LayerJob {
  return {
    key: packageLayerKey(contents, input),
    contents,
    compression: input.compression,
    source: session.narSource(options.lock),
    paths: input.system.paths,
    generated: new Map(),
    baseSystem: undefined,
    signal: options.signal,
  };
}

async function readListing(session: Session, info: PathInfo, options: LearnOptions): Promise<void> {
  const reader = storeReader({
    source: session.narSource(options.lock),
    paths: new Map([[info.storePath, info]]),
    generated: new Map(),
    signal: options.signal,
    onListing: (of, listing) => session.knowledge.learnListing(of.narHash, listing),
  });
  await session.budget.run(async () => {
    for (;;) {
      try {
        for await (const _ of reader.open(info.storePath)) continue;
        return;
      } catch (error) {
        if (!(error instanceof NarInterrupted)) throw error;
      }
    }
  });
}

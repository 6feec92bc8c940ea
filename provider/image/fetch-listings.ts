/**
 * Fetches the listings that we do not have yet: builds the layer that the package is in, whose bytes will be
 * needed anyway, or else reads the package's NAR alone.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import type { Lock } from "../lock/lock.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { PlatformInput } from "../plan/platform-input.ts";
import { certainLayers, packageLayer } from "../plan/certain-layers.ts";
import { NarInterrupted } from "../substituter/chain.ts";
import { buildMissingLayer } from "./build-layer.ts";
import { ImageUser } from "../formats/rootfs/image-user.ts";
import type { LayerJob } from "./layer-job.ts";
import { withLayerThread } from "./layer-threads.ts";
import type { LayerWatch } from "./layer-watch.ts";
import { narSourceOf } from "./nar-source.ts";
import { building, reading } from "./progress.ts";
import { LAYERS_IN_FLIGHT, type BuildSession } from "./build-session.ts";

export interface FetchOptions {
  /** `registry/name`, for progress. */
  readonly image: string;
  readonly lock: Lock;
  readonly signal?: AbortSignal | undefined;
}

/** Afterwards the session has the listings of all these paths. */
export async function fetchListings(
  session: BuildSession,
  input: PlatformInput,
  unknown: readonly PathInfo[],
  options: FetchOptions,
): Promise<void> {
  const wanted = new Set(unknown.map((info) => info.storePath));
  const jobs = certainLayers(input)
    .filter((contents) => contents.storePaths.some((path) => wanted.has(path)))
    .map((contents) => packageJob(input, contents, options));
  const missing = await unknownLayers(session, jobs);
  const { image, signal } = options;
  const width = LAYERS_IN_FLIGHT;
  await building({ session, image, jobs: missing, signal }, (job) =>
    buildMissingLayer(session, job),
  );
  // Another process may have built the layer, and kept the listings.
  const listings = await Promise.all(
    unknown.map((info) => session.knownLayers.findListing(info.narHash)),
  );
  const left = unknown.filter((_, at) => listings[at] === undefined);
  await reading({ image, lock: options.lock, packages: left }, (watch) =>
    mapConcurrent(left, { width, signal }, (info) => readListing(session, info, options, watch)),
  );
}

async function unknownLayers(
  session: BuildSession,
  jobs: readonly LayerJob[],
): Promise<LayerJob[]> {
  const known = await Promise.all(jobs.map((job) => session.knownLayers.layer(job.key)));
  return jobs.filter((_, index) => known[index] === undefined);
}

function packageJob(
  input: PlatformInput,
  contents: LayerJob["contents"],
  options: FetchOptions,
): LayerJob {
  return {
    system: input.system.system,
    ...packageLayer(contents, input),
    lock: options.lock,
    paths: input.system.paths,
    generated: new Map(),
    baseSystem: undefined,
    files: undefined,
    gcRoots: [],
    storeOwner: ImageUser.storeOwner(input.user),
    signal: options.signal,
  };
}

async function readListing(
  session: BuildSession,
  info: PathInfo,
  options: FetchOptions,
  watch: LayerWatch,
): Promise<void> {
  const { signal } = options;
  const onWait = (owner: string): void => watch.waitsFor(`another lix-image (${owner})`);
  await session.cache.alone(
    `listing-${NarHash.toHex(info.narHash)}`,
    { signal, onWait },
    async () => {
      watch.waitsFor(undefined);
      if ((await session.knownLayers.findListing(info.narHash)) !== undefined) return;
      await session.budget.run(() => readNarForListing(session, info, { ...options, watch }));
    },
  );
}

async function readNarForListing(
  session: BuildSession,
  info: PathInfo,
  { lock, signal, watch }: FetchOptions & { readonly watch: LayerWatch },
): Promise<void> {
  const source = narSourceOf(session, lock);
  for (;;) {
    try {
      const listing = await withLayerThread(signal, (thread) =>
        thread.read(source, info, (bytes) => watch.read(info, bytes)),
      );
      await session.knownLayers.addListing(info.narHash, listing);
      return;
    } catch (error) {
      if (!(error instanceof NarInterrupted)) throw error;
    }
  }
}

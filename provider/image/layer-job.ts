/** A layer that is to be built, with all that it takes. @module */
import type { StoreOwner } from "../base/owner.ts";
import type { LayerContents } from "../formats/layer/assign.ts";
import type { LayerCompression } from "../formats/layer/layer-compression.ts";
import type { Lock } from "../lock/lock.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { Directory } from "../formats/nix/tree.ts";
import type { LayerKey } from "../plan/recipe.ts";
import type { GeneratedPath } from "../formats/rootfs/generated.ts";
import type { LayerWatch } from "./layer-watch.ts";

export interface LayerJob {
  /** The system that the image is for: `x86_64-linux`. */
  readonly system: string;
  readonly key: LayerKey;
  readonly contents: LayerContents;
  readonly compression: LayerCompression;
  /** Its caches have the packages. */
  readonly lock: Lock;
  readonly paths: ReadonlyMap<StorePath, PathInfo>;
  readonly generated: ReadonlyMap<StorePath, GeneratedPath>;
  /** Undefined while planning: only layers of packages can be built then. */
  readonly baseSystem: Directory | undefined;
  /** Undefined while planning, and if the program adds no files. */
  readonly files: Directory | undefined;
  /** What the garbage collector keeps for the image's sake. */
  readonly gcRoots: readonly StorePath[];
  /** Who owns `/nix` and everything below it. */
  readonly storeOwner: StoreOwner;
  readonly signal: AbortSignal | undefined;
  /** For progress. */
  readonly watch?: LayerWatch | undefined;
}

/** Bytes of the NARs in a layer. */
const narSizeOf = (job: LayerJob): number =>
  job.contents.storePaths.reduce((sum, path) => sum + (job.paths.get(path)?.narSize ?? 0), 0);

/** Orders the largest first: a large NAR at the end would leave the other cores idle. */
export const largestFirst = (jobs: readonly LayerJob[]): LayerJob[] =>
  [...jobs].sort((a, b) => narSizeOf(b) - narSizeOf(a));

import { Session } from "../app/session.ts";
import type { CacheOptions } from "../image/build-session.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import type { GivenArguments } from "../arguments/table.ts";
import type { LayerKey } from "../plan/recipe.ts";
import { Claims } from "./claims.ts";
import type { OutputValues } from "./given-outputs.ts";

/** What check planned, for the lines that diff shows of it. */
export interface RememberedPlan extends ImagePlan {
  /** Layers that are neither in the state nor, with their bytes, in the local cache. */
  readonly uncached: ReadonlySet<LayerKey>;
}

/** What one operation of the engine, such as an `up`, knows of all resources of a stack. */
export class ResourceSession extends Session implements Claims {
  readonly claimed: Claims["claimed"];
  readonly unchanged: Claims["unchanged"];
  /** Those of `unchanged` that it knows, as text. */
  readonly recalled = new Set<string>();
  /** By planKey. Diff gets only inputs, and looks up here what is in a layer. */
  readonly plans = new Map<string, RememberedPlan>();
  /** By fingerprint, the arguments that check answered for. */
  readonly answered = new Map<string, GivenArguments>();
  /** The states that check got: the second check of a replacement gets none. */
  readonly outputsBefore: OutputValues[] = [];
  /**
   * Repositories that have lost the image, as a refresh found. The engine then drops the resource from its state,
   * and creates it like a new one.
   */
  readonly lost = new Set<string>();
  /** Texts of states that cannot be believed. */
  readonly damagedStates = new Set<string>();
  /** What was logged, each line once. */
  readonly said = new Set<string>();

  /** @param folder of the local cache. @param claims of resources that needed no session. */
  constructor(folder?: string, claims: Claims = Claims.none(), caches: CacheOptions = {}) {
    super(folder, caches);
    this.claimed = claims.claimed;
    this.unchanged = claims.unchanged;
  }
}

import type { Bytes } from "../base/bytes.ts";
import type { LixImageError } from "../base/errors.ts";
import type { NarInfo } from "../formats/nix/narinfo.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { Pace } from "./late-caches.ts";

/** A NAR as a cache stores it. */
export interface StoredNar {
  /** Compressed, and not verified. */
  readonly bytes: Bytes;
  /** The compression that the narinfo names, which counts only if the bytes do not show it. */
  readonly compression: string;
}

/** A binary cache or a store. Nothing that it says is used before it is checked. */
export interface Substituter {
  /** For messages: redacted. */
  readonly url: string;
  /** Undefined when it does not have the path; any other failure throws. */
  narInfo(path: StorePath, signal?: AbortSignal): Promise<NarInfo | undefined>;
  /** If `narInfo` did not find a path: the refusal that may be the reason. */
  refusal?(path: StorePath): LixImageError | undefined;
  /** The NAR as it is stored: compressed as its narinfo says, and not verified. */
  openNar(info: NarInfo, signal?: AbortSignal, pace?: Pace): Bytes;
  /** Fetches the NAR into memory if it is small; `openNar` then takes it from there. For caches that are far away. */
  fetchAhead?(info: NarInfo, signal: AbortSignal): Promise<void>;
  /**
   * A quicker way to a path's NAR than by its narinfo, whose fields the lock has anyway; absent if there is
   * none. The bytes are the NAR itself. Undefined when the path is not there.
   */
  openPath?(path: StorePath, signal?: AbortSignal): Promise<Bytes | undefined>;
}

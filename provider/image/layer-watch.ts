import type { PathInfo } from "../formats/nix/path-info.ts";

/** What the work on one layer says of itself. */
export interface LayerWatch {
  /** How many bytes of a NAR have been read since it was opened. */
  read(info: PathInfo, bytes: number): void;
  /** Another process is at it, or nobody any more. */
  waitsFor(other: string | undefined): void;
}

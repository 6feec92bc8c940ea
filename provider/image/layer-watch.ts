import type { PathInfo } from "../formats/nix/path-info.ts";

/** What the work on one layer reports. */
export interface LayerWatch {
  /** How many bytes of a NAR have been read since it was opened. */
  read(info: PathInfo, bytes: number): void;
  /** Another process does the work; undefined when the wait is over. */
  waitsFor(other: string | undefined): void;
}

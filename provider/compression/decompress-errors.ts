/** What can be wrong with compressed bytes. @module */
import { LixImageError } from "../base/errors.ts";

export class DamagedCompression extends LixImageError {
  readonly code = "DAMAGED_COMPRESSION";
  constructor(format: string, problem: string, cause?: unknown) {
    super(`${format} data: ${problem}`, {
      hint: "it was cut short on the way, or the file is damaged at its source",
      cause,
    });
  }
}

export class UnsupportedCompression extends LixImageError {
  readonly code = "UNSUPPORTED_COMPRESSION";
  constructor(
    what: string,
    hint = "use a cache, or a tarball, with xz, zstd, gzip or nothing at all",
  ) {
    super(`cannot decompress ${what}`, { hint });
  }
}

/** What the file system says against the place that an image goes to. @module */
import type { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";

/** Throws DestinationUnusable for errors of the file system, and others as they are. */
export async function usable<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FromElsewhere) throw error.cause;
    throw isSystemError(error) ? new DestinationUnusable(place, error) : error;
  }
}

/** Bytes that are read in {@link usable}, but whose errors are none of the destination's. */
export async function* fromElsewhere(open: () => Bytes): AsyncGenerator<Uint8Array> {
  try {
    yield* open();
  } catch (cause) {
    throw new FromElsewhere("", { cause });
  }
}

class FromElsewhere extends Error {}

// Those of zlib have an errno too, but no system call.
const isSystemError = (error: unknown): error is Error & { readonly code?: unknown } =>
  error instanceof Error && "syscall" in error;

export class DestinationUnusable extends LixImageError {
  readonly code = "DESTINATION_UNUSABLE";
  constructor(place: string, cause: Error & { readonly code?: unknown }) {
    const full = cause.code === "ENOSPC" || cause.code === "EDQUOT";
    super(full ? `${place}: no space left on its disk` : `${place}: cannot be used`, {
      cause,
      hint: full
        ? "free some space, or name a place on a larger disk"
        : "name a place that this user may read and write",
    });
  }
}

/** Why the file system refuses the place that an image goes to. @module */
import type { Bytes } from "../base/bytes.ts";
import { lixError } from "../errors/lix-error.ts";

/** Throws DESTINATION_UNUSABLE for errors of the file system, and others as they are. */
export async function usable<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FromElsewhere) throw error.cause;
    if (!isSystemError(error)) throw error;
    const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
    throw lixError("DESTINATION_UNUSABLE", { place, isFull }, { cause: error });
  }
}

/** Bytes that are read in {@link usable}, but whose errors are not those of the destination. */
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

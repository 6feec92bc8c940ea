/** Says for which system of an image a failure is. @module */
import { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";

/** @param system undefined for an image of one system, where there is nothing to tell apart. */
export async function withPlatformContext<T>(
  system: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (system === undefined || !(error instanceof LixImageError)) throw error;
    throw lixError("SYSTEM_NOT_BUILT", { system }, { cause: error });
  }
}

/** Says for which system of an image a failure is. @module */
import { LixImageError } from "../base/errors.ts";

/** @param system undefined for an image of one system, where there is nothing to tell apart. */
export async function withPlatformContext<T>(
  system: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (system === undefined || !(error instanceof LixImageError)) throw error;
    throw new SystemNotBuilt(system, error);
  }
}

export class SystemNotBuilt extends LixImageError {
  readonly code = "SYSTEM_NOT_BUILT";
  constructor(system: string, cause: unknown) {
    super(`${system}: its part of the image cannot be made, so no tag was moved`, { cause });
  }
}

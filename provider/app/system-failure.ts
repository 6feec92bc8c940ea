/** Of an image of several systems, whose part went wrong. @module */
import { LixImageError } from "../base/errors.ts";

/** @param system undefined where the image has one only: then there is nothing to tell apart. */
export async function namingSystem<T>(
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

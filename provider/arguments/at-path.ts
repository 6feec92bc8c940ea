import { LixImageError } from "../base/errors.ts";

/** What is said against one argument begins with its path. */
export function atPath<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof LixImageError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

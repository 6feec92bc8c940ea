import { LixImageError } from "../base/errors.ts";

/** A message about one argument begins with the argument's path. */
export function atPath<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof LixImageError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

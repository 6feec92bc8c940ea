import { LixImageError } from "../base/errors.ts";

/** An argument of the resource is not what it must be. */
export class InvalidArgument extends LixImageError {
  readonly code = "INVALID_ARGUMENT";
  constructor(message: string, hint?: string) {
    super(message, { hint });
  }

  /** @param path of the argument: `archives[0].path`. */
  static expected(path: string, expected: string, got: string, hint?: string): InvalidArgument {
    return new InvalidArgument(`${path}: expected ${expected}; got ${got}`, hint);
  }

  /** For a list that may not contain an item twice. */
  static repeated(path: string, what: string, again: string): InvalidArgument {
    return InvalidArgument.expected(path, `each ${what} once`, `${again} again`);
  }
}

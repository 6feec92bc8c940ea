/** The errors of the catalogue that need no class: nobody catches them by one. @module */
import { LixImageError, type LixImageErrorOptions } from "../base/errors.ts";
import type { Lines } from "../base/printable.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { ErrorEntry } from "./entry.ts";

type Catalogue = typeof CATALOGUE;
type ParametersOf<Entry> = Entry extends ErrorEntry<infer Parameters> ? Parameters : never;

/** The codes of entries with a message; the others have a class of their own. */
export type CatalogueCode = {
  [Code in keyof Catalogue]: Catalogue[Code] extends { message: unknown } ? Code : never;
}[keyof Catalogue];

export type ErrorParameters<Code extends CatalogueCode> = ParametersOf<Catalogue[Code]>;

const ENTRIES: { readonly [Code in CatalogueCode]: ErrorEntry<ErrorParameters<Code>> } = CATALOGUE;

/** @example throw lixError("LOCK_VERSION", { file, found: version }, { cause }) */
export function lixError<Code extends CatalogueCode>(
  code: Code,
  parameters: ErrorParameters<Code>,
  { cause }: Pick<LixImageErrorOptions, "cause"> = {},
): LixImageError {
  const { message, hint } = ENTRIES[code];
  return new CatalogueError(code, message(parameters), {
    cause,
    hint: typeof hint === "function" ? hint(parameters) : hint,
  });
}

class CatalogueError extends LixImageError {
  readonly code: CatalogueCode;
  constructor(code: CatalogueCode, message: Lines, options: LixImageErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

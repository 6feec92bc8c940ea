import { validateHeaderName, validateHeaderValue } from "node:http";
import { lixError } from "../errors/lix-error.ts";

/** A line end, say: a credential that somebody wrote to a file. Before any try, since no try cures it. */
export function checkHeader(name: string, value: string, label: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw lixError("UNSENDABLE_HEADER", { name, label });
  }
}

import { lixError } from "../errors/lix-error.ts";
import { validateHeaderName, validateHeaderValue } from "./node-http.ts";

/** Such as a line end, in a credential from a file. Checked before the first try, because no retry helps. */
export function checkHeader(name: string, value: string, label: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw lixError("UNSENDABLE_HEADER", { name, label });
  }
}

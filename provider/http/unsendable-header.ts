import { validateHeaderName, validateHeaderValue } from "node:http";
import { LixImageError } from "../base/errors.ts";

/** A line end, say: a credential that somebody wrote to a file. Before any try, since no try cures it. */
export function checkHeader(name: string, value: string, label: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new UnsendableHeader(name, label);
  }
}

export class UnsendableHeader extends LixImageError {
  readonly code = "UNSENDABLE_HEADER";
  constructor(name: string, label: string) {
    super(`${label}: the header ${name} has characters that no header can hold`, {
      hint: "a credential of docker config, netrc, AWS or the environment has a line end or another control character in it: write it anew",
    });
  }
}

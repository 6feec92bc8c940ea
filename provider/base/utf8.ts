import { LixImageError } from "./errors.ts";

/** The text of a file that people or programs write. A byte order mark is left to the reader. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotUtf8(file);
  }
}

export class NotUtf8 extends LixImageError {
  readonly code = "NOT_UTF8";
  constructor(file: string) {
    super(`${file}: expected a text in UTF-8; got other bytes`, {
      hint: "save the file as UTF-8; one that begins with the bytes ff fe or fe ff is UTF-16",
    });
  }
}

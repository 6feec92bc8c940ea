import { createHash } from "node:crypto";

/** 64 hex digits. @param bytes a text counts as UTF-8. */
export const sha256Hex = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

import { Bytes } from "../base/bytes.ts";
import type { HttpRequestBody } from "./request.ts";

/** Bytes in memory, as a request sends them: as often as it has to. */
export const bodyOf = (content: string | Uint8Array): HttpRequestBody => {
  const bytes = typeof content === "string" ? Bytes.fromText(content) : content;
  return { size: bytes.length, open: () => Bytes.of(bytes) };
};

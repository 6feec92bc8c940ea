import type { Bytes } from "../base/bytes.ts";
import { decompress } from "./decompress.ts";

const CODINGS: ReadonlyMap<string, string> = new Map([
  ["zstd", "zstd"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["br", "br"],
]);

/**
 * Undoes Content-Encoding. Some caches store files that way and send them so whatever the request
 * accepts (cache.lix.systems: zstd), and some proxies undo it but leave the header, so what is
 * plain stays as it is.
 */
export function decodeContent(body: Bytes, header: string | undefined): Bytes {
  const codings = (header ?? "").toLowerCase().split(",").reverse();
  return codings
    .map((coding) => CODINGS.get(coding.trim()))
    .filter((coding) => coding !== undefined)
    .reduce<Bytes>((inner, coding) => decompress(inner, coding === "br" ? "br" : "none"), body);
}

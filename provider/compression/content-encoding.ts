import type { Bytes } from "../base/bytes.ts";
import { UnsupportedCompression } from "./decompress-errors.ts";
import { decompress } from "./decompress.ts";

const CODINGS: ReadonlyMap<string, string> = new Map([
  ["zstd", "zstd"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["br", "br"],
]);

// One is usual, and a proxy may add another.
const MOST_CODINGS = 4;

/**
 * Undoes Content-Encoding. Some caches store files that way and send them so no matter what the request accepts
 * (cache.lix.systems: zstd). Some proxies undo it but leave the header, so plain bytes stay as they are.
 */
export function decodeContent(body: Bytes, header: string | undefined): Bytes {
  const codings = (header ?? "").toLowerCase().split(",").reverse();
  const known = codings.flatMap((coding) => CODINGS.get(coding.trim()) ?? []);
  if (known.length > MOST_CODINGS) return refuse(body, known.length);
  return known.reduce<Bytes>(
    (inner, coding) => decompress(inner, coding === "br" ? "br" : "none"),
    body,
  );
}

/** Begins to read, because only a body that was begun can be closed. */
async function* refuse(body: Bytes, count: number): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  await chunks.next();
  await chunks.return?.();
  throw new UnsupportedCompression(
    `a body of ${count} content codings`,
    `the server or a proxy is broken: at most ${MOST_CODINGS} codings make sense`,
  );
}

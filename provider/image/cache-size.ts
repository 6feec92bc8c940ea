/** How much the cache may hold: `LIX_IMAGE_CACHE_SIZE`. @module */
import { LixImageError } from "../base/errors.ts";

/** Some fifty default images. */
const DEFAULT = 10 * 1024 ** 3;

/** In bytes. Units are those of GNU's programs: `10G` and `10GiB` are 10·1024³, `10GB` is 10·1000³. */
export function cacheSize(env: NodeJS.ProcessEnv = process.env): number {
  const text = env["LIX_IMAGE_CACHE_SIZE"] ?? "";
  if (text === "") return DEFAULT;
  const [, number, prefix = "", unit = ""] = /^(\d+)(?:([KMGT])(iB|B|))?$/i.exec(text) ?? [];
  const base = unit.toUpperCase() === "B" ? 1000 : 1024;
  const bytes = Number(number) * base ** " KMGT".indexOf(prefix.toUpperCase() || " ");
  if (!Number.isSafeInteger(bytes) || bytes === 0) throw new InvalidCacheSize(text);
  return bytes;
}

export class InvalidCacheSize extends LixImageError {
  readonly code = "INVALID_CACHE_SIZE";
  constructor(text: string) {
    super(`LIX_IMAGE_CACHE_SIZE: expected a number of bytes; got ${JSON.stringify(text)}`, {
      hint: "such as 10737418240, 10GiB or 500M; without it the local cache has 10 GiB",
    });
  }
}

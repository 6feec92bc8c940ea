/** How much the cache may hold: `LIX_IMAGE_CACHE_SIZE`. @module */
import { lixError } from "../errors/lix-error.ts";

/** Enough for about fifty default images. */
const DEFAULT = 10 * 1024 ** 3;

/** In bytes. Units are those of GNU's programs: `10G` and `10GiB` are 10·1024³, `10GB` is 10·1000³. */
export function cacheSize(env: NodeJS.ProcessEnv = process.env): number {
  const text = env["LIX_IMAGE_CACHE_SIZE"] ?? "";
  if (text === "") return DEFAULT;
  const [, number, prefix = "", unit = ""] = /^(\d+)(?:([KMGT])(iB|B|))?$/i.exec(text) ?? [];
  const base = unit.toUpperCase() === "B" ? 1000 : 1024;
  const bytes = Number(number) * base ** " KMGT".indexOf(prefix.toUpperCase() || " ");
  if (!Number.isSafeInteger(bytes) || bytes === 0) throw lixError("INVALID_CACHE_SIZE", { text });
  return bytes;
}

/** Keeps the cache's blobs below a bound, the longest unused going first. @module */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Digest } from "../oci/digest.ts";

/** Bytes of blobs kept when `LIX_IMAGE_CACHE_SIZE` says nothing: some fifty default images. */
const DEFAULT_BOUND = 10 * 1024 ** 3;

/** Removes the oldest blobs beyond the bound; never those of `keep`, which this process uses. */
export async function evict(folder: string, keep: ReadonlySet<Digest>): Promise<void> {
  const kept = new Set([...keep].map(Digest.hex));
  const directory = join(folder, "blobs");
  const files = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      // Another process may have removed it in between.
      const info = await stat(join(directory, name)).catch(() => undefined);
      return { name, size: info?.size ?? 0, used: info?.mtimeMs ?? 0 };
    }),
  );
  let total = files.reduce((sum, file) => sum + file.size, 0);
  for (const file of files.sort((a, b) => a.used - b.used)) {
    // Files that are not whole yet count, but it is not for us to remove them.
    if (total <= bound() || kept.has(file.name) || file.name.endsWith(".tmp")) continue;
    await rm(join(directory, file.name), { force: true });
    total -= file.size;
  }
}

function bound(): number {
  const chosen = Number(process.env["LIX_IMAGE_CACHE_SIZE"]);
  return Number.isFinite(chosen) && chosen > 0 ? chosen : DEFAULT_BOUND;
}

/** A binary cache in a folder: `file:///…`. @module */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { isMissing } from "../base/error-code.ts";
import { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { TEXT_LIMIT, type CacheFiles } from "./binary-cache.ts";
import { decompress } from "../compression/decompress.ts";
import { lixError } from "../errors/lix-error.ts";

const CHUNK = 256 * 1024;
/** A stream takes as much memory for a chunk as it may have, and a narinfo has about a kilobyte. */
const TEXT_CHUNK = 4 * 1024;

export function fileCacheFiles(folder: string): CacheFiles {
  const root = resolve(folder);
  const url = pathToFileURL(root).href;
  return {
    url,
    async text(name) {
      const file = join(root, name);
      try {
        // Some caches store their narinfos compressed, and so do copies of them.
        const bytes = await Bytes.collect(
          decompress(contents(file, TEXT_CHUNK), "none"),
          TEXT_LIMIT,
        );
        return Buffer.from(bytes).toString("utf8");
      } catch (error) {
        if (isMissing(error)) return missing(root);
        // The file exists, but its contents are no narinfo.
        if (error instanceof RangeError)
          throw lixError("CACHE_TEXT_TOO_LONG", { file, most: TEXT_LIMIT });
        throw error instanceof LixImageError
          ? error
          : lixError("CACHE_UNREADABLE", { file }, { cause: error });
      }
    },
    async *nar(narUrl) {
      // A folder has no queries; harmonia's URLs have one.
      const name = narUrl.replace(/\?.*$/s, "");
      const file = resolve(root, `./${name}`);
      if (!file.startsWith(root + sep) || name.includes("\0"))
        throw lixError("UNSAFE_NAR_URL", { cache: url, url: narUrl });
      try {
        yield* contents(file);
      } catch (error) {
        throw isMissing(error)
          ? lixError("NAR_GONE", { cache: url, url: narUrl })
          : lixError("CACHE_UNREADABLE", { file }, { cause: error });
      }
    },
  };
}

// A generator, so that the file is opened only when somebody reads.
async function* contents(file: string, highWaterMark = CHUNK): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(file, { highWaterMark });
  yield* stream;
}

/** A folder that does not exist is a mistake, not a cache without paths. */
async function missing(root: string): Promise<undefined> {
  try {
    await (await open(root)).close();
  } catch (error) {
    throw lixError("CACHE_UNREADABLE", { file: root }, { cause: error });
  }
  return undefined;
}

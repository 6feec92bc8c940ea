/** What goes wrong with the local cache and the layers in it. @module */
import { entry } from "./entry.ts";

const isFull = (code: string | undefined): boolean => code === "ENOSPC" || code === "EDQUOT";

export const IMAGE_ERRORS = {
  // class BlobEvicted
  BLOB_EVICTED: {
    meaning: "A layer was removed from the local cache, or damaged there, while it was read.",
  },
  CACHE_UNSAFE: entry({
    meaning:
      "A folder of the local cache belongs to another user, or other users may write to it: see [the local cache](caches.md#the-local-cache).",
    message: ({ folder, reason }: { folder: string; reason: string }) =>
      `local cache: ${folder} ${reason}; its notes decide what is in an image`,
    hint: ({ folder, reason }) =>
      reason.startsWith("belongs")
        ? `point LIX_IMAGE_CACHE to a folder of this user, or make it this user's: chown -R $(id -u) ${folder}`
        : `take the permission away: chmod -R go-w ${folder}, or point LIX_IMAGE_CACHE to a folder of this user`,
  }),
  CACHE_UNUSABLE: entry({
    meaning:
      "The local cache of layers cannot be written: the disk is full, or this user may not write to it. See `LIX_IMAGE_CACHE`.",
    message: ({ folder, code }: { folder: string; code: string | undefined }) =>
      isFull(code)
        ? `local cache: no space left on the disk of ${folder}`
        : `local cache: cannot use ${folder}`,
    hint: ({ code }) => {
      if (isFull(code))
        return "free some space, or point LIX_IMAGE_CACHE to a folder on a larger disk";
      if (code === "EROFS")
        return "point LIX_IMAGE_CACHE to a folder on a disk that is not read-only";
      if (code === "ENOENT")
        return "point LIX_IMAGE_CACHE to a folder on a file system where files can be created";
      return "point LIX_IMAGE_CACHE to a folder that this user may write to";
    },
  }),
  // class CacheVanished
  CACHE_VANISHED: {
    meaning: "Something removed the folder of the local cache while a layer was written to it.",
  },
  INVALID_CACHE_SIZE: entry({
    meaning:
      "`LIX_IMAGE_CACHE_SIZE` is not a number of bytes: see [environment](environment.md#variables-of-our-own).",
    message: ({ text }: { text: string }) =>
      `LIX_IMAGE_CACHE_SIZE: expected a number of bytes; got ${JSON.stringify(text)}`,
    hint: "such as 10737418240, 10GiB or 500M; without it the local cache has 10 GiB",
  }),
  LAYER_NOT_REPRODUCED: entry({
    meaning:
      "A layer was built again and is not what the state or the local cache recorded. Nothing was pushed.",
    message: ({ layer, known, built }: { layer: string; known: string; built: string }) =>
      `layer ${layer}: recorded as diffId ${known}, but the same packages make ${built}; nothing was pushed`,
    hint: "the local cache or the resource's state was changed: try an empty LIX_IMAGE_CACHE; if it recurs, take the resource out of the state with `pulumi state delete` and run `up` again",
  }),
};

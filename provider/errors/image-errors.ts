/** What goes wrong with the local cache and the layers in it. @module */

export const IMAGE_ERRORS = {
  BLOB_EVICTED: {
    meaning: "A layer went from the local cache, or was damaged there, while it was read.",
  },
  CACHE_UNSAFE: {
    meaning:
      "A folder of the local cache belongs to another user, or other users may write it: see [the local cache](caches.md#the-local-cache).",
  },
  CACHE_UNUSABLE: {
    meaning:
      "The local cache of layers cannot be written: no space left, or no permission. See `LIX_IMAGE_CACHE`.",
  },
  CACHE_VANISHED: {
    meaning: "The folder of the local cache was removed while a layer was written to it.",
  },
  INVALID_CACHE_SIZE: {
    meaning:
      "`LIX_IMAGE_CACHE_SIZE` is no number of bytes: see [environment](environment.md#variables-of-our-own).",
  },
  LAYER_NOT_REPRODUCED: {
    meaning:
      "A layer that had to be made anew is not what the state or the local cache recorded for it. Nothing was pushed.",
  },
};

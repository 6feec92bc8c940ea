/**
 * The layout of a binary cache, wherever it lies: `nix-cache-info`, `<hash>.narinfo`, NARs where
 * the narinfos say.
 * @module
 */
import type { Bytes } from "../base/bytes.ts";
import { SingleFlight } from "../base/concurrency.ts";
import type { LixImageError } from "../base/errors.ts";
import { CacheInfo } from "../formats/nix/cache-info.ts";
import { NarInfo } from "../formats/nix/narinfo.ts";
import { STORE_DIR, StorePath } from "../formats/nix/store-path.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Pace } from "./late-caches.ts";
import { NarsAhead } from "./nars-ahead.ts";
import type { Substituter } from "./substituter.ts";

/**
 * Bytes of a `text`. A narinfo names each reference in about 50 bytes; few paths have a hundred, but what
 * collects whole systems has tens of thousands.
 */
export const TEXT_LIMIT = 4 * 1024 * 1024;

/** The files of a cache: by http, or in a folder. */
export interface CacheFiles {
  /** For messages: redacted. */
  readonly url: string;
  /** Whether each file costs a round trip. Default: no. */
  readonly isRemote?: boolean | undefined;
  /** A small file at the cache's root; undefined when it is definitely not there. */
  text(name: string, signal?: AbortSignal): Promise<string | undefined>;
  /** If a `text` was missing: the refusal that may be the reason. */
  refusal?(name: string): LixImageError | undefined;
  /** A NAR as it is stored. `url` as in a narinfo; one that is not there throws. */
  nar(url: string, signal?: AbortSignal, pace?: Pace): Bytes;
}

export function binaryCache(files: CacheFiles): Substituter {
  let isChecked = false;
  // All paths share one request, which is aborted when none of them waits for it any more.
  const checks = new SingleFlight<void>();
  const ahead = new NarsAhead((...nar) => files.nar(...nar));
  return {
    url: files.url,
    async narInfo(path, signal) {
      if (!isChecked) await checks.run("", (each) => checkStoreDir(files, each), signal);
      isChecked = true;
      const text = await files.text(narInfoName(path), signal);
      return text === undefined ? undefined : NarInfo.parse(text, path);
    },
    refusal: (path) => files.refusal?.(narInfoName(path)),
    openNar: (info, signal, pace) => ahead.open(info, signal, pace),
    ...(files.isRemote === true ? { fetchAhead: (info, signal) => ahead.fetch(info, signal) } : {}),
  };
}

const narInfoName = (path: StorePath): string => `${StorePath.hashPart(path)}.narinfo`;

async function checkStoreDir(files: CacheFiles, signal: AbortSignal): Promise<void> {
  const text = await files.text("nix-cache-info", signal);
  // Nix requests the file; the paths in the narinfos show the store's folder just as well.
  if (text === undefined) return;
  const { storeDir } = CacheInfo.parse(text);
  if (storeDir !== STORE_DIR) throw lixError("FOREIGN_STORE_DIR", { url: files.url, storeDir });
}

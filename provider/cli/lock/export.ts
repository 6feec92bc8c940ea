/** `lix-image lock --export DIR --secret-key-file FILE` @module */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  exportPaths,
  isCacheFolder,
  signedStore,
  type ExportOptions,
} from "../../resolve/export-cache.ts";
import type { Lock } from "../../lock/lock.ts";
import { publicHalf } from "../../formats/nix/signature.ts";
import type { StorePath } from "../../formats/nix/store-path.ts";
import { openSubstituter } from "../../substituter/open.ts";
import type { Substituter } from "../../substituter/substituter.ts";
import type { LockArguments } from "./arguments.ts";
import { relativeTo, type CacheArgument } from "./option-values.ts";
import { lixError } from "../../errors/lix-error.ts";

/** What an export adds to a lock. */
export interface LockExport {
  readonly cache: CacheArgument;
  /** They are asked after all caches, in this order. */
  readonly substituters: readonly Substituter[];
  /** Writes what the folder does not have, once the lock is verified. */
  write(lock: Lock): Promise<void>;
}

export async function openExport(args: LockArguments): Promise<LockExport | undefined> {
  if (args.exported === undefined) return undefined;
  const { folder, secretKeyFile, store } = args.exported;
  const secretKey = await readFile(secretKeyFile, "utf8").catch((cause: unknown) => {
    throw lixError("SECRET_KEY_UNREADABLE", { file: secretKeyFile }, { cause });
  });
  const absoluteUrl = pathToFileURL(folder).href;
  const cache = {
    url: relativeTo(dirname(args.output), folder),
    absoluteUrl,
    trustedPublicKeys: [publicHalf(secretKey)],
  };
  const options: ExportOptions = { store: openSubstituter(store), secretKey, folder };
  const taken = new Set<StorePath>();
  const signed = signedStore(options);
  const watched: Substituter = {
    ...signed,
    async narInfo(path, signal) {
      const info = await signed.narInfo(path, signal);
      if (info !== undefined) taken.add(path);
      return info;
    },
  };
  const before = (await isCacheFolder(folder)) ? [unsized(openSubstituter(absoluteUrl))] : [];
  return {
    cache,
    substituters: [...before, watched],
    async write(lock) {
      const paths = [...lock.systems.values()].flatMap((system) =>
        [...taken].flatMap((path) => system.paths.get(path) ?? []),
      );
      await exportPaths(paths, options);
    },
  };
}

/** The store knows no compressed sizes, and the lock must be the same before and after the export. */
const unsized = (substituter: Substituter): Substituter => ({
  ...substituter,
  async narInfo(path, signal) {
    const info = await substituter.narInfo(path, signal);
    return info && { ...info, fileSize: undefined };
  },
});

/**
 * A Nix store on this machine as a source. What a lock describes is read from disk and checked like
 * any NAR; only making a lock needs the store's database.
 * @module
 */
import { lstat } from "node:fs/promises";
import { isMissing } from "../base/error-code.ts";
import type { Bytes } from "../base/bytes.ts";
import { lixError } from "../errors/lix-error.ts";
import { encodeNar } from "../formats/nix/nar-encoder.ts";
import { NarUnwritable } from "../formats/nix/nar-writer.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import { diskEvents } from "./disk-events.ts";
import type { LocalStoreUrl } from "./local-store-url.ts";
import { openStoreDatabase, type OpenStoreDatabase } from "./store-database.ts";
import type { Substituter } from "./substituter.ts";

export function localStore({ root }: LocalStoreUrl): Substituter {
  const url = root === "" ? "local" : `local?root=${root}`;
  let database: Promise<OpenStoreDatabase> | undefined;
  const openPath: Substituter["openPath"] = async (path, signal) => {
    const file = Buffer.from(`${root}${path}`);
    try {
      await lstat(file);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw lixError(
        "STORE_UNREADABLE",
        { url, why: error instanceof Error ? error.message : String(error) },
        { cause: error },
      );
    }
    return readable(encodeNar(diskEvents(file, signal)), path, url);
  };
  return {
    url,
    openPath,
    async narInfo(path) {
      const info = (await (database ??= openStoreDatabase(`${root}${DATABASE}`))).find(path);
      return info && { ...info, url: path, compression: "none" };
    },
    async *openNar({ storePath }, signal) {
      const nar = await openPath(storePath, signal);
      if (nar === undefined)
        throw lixError("STORE_UNREADABLE", { url, why: `${storePath} is not there` });
      yield* nar;
    },
  };
}

const DATABASE = "/nix/var/nix/db/db.sqlite";

async function* readable(nar: Bytes, path: StorePath, url: string): AsyncGenerator<Uint8Array> {
  try {
    yield* nar;
  } catch (error) {
    // Errno's, such as a path that was collected as garbage while it was read.
    if (error instanceof Error && "syscall" in error)
      throw lixError(
        "STORE_UNREADABLE",
        { url, why: error instanceof Error ? error.message : String(error) },
        { cause: error },
      );
    if (error instanceof NarUnwritable) error.message = `${url}: ${path}: ${error.message}`;
    throw error;
  }
}

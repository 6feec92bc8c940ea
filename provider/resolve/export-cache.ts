/**
 * Exports paths that no cache has from this machine's store into a binary cache in a folder, and signs them
 * with the user's key. The lock then works wherever the folder is.
 * @module
 */
import { createHash } from "node:crypto";
import { open, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createZstdCompress } from "node:zlib";
import { makeFolder } from "../base/make-folder.ts";
import type { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { measured, waiting, type Advance } from "../base/meter.ts";
import { placeFile } from "../base/place-file.ts";
import { NarInfo } from "../formats/nix/narinfo.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { nixbase32 } from "../formats/nix/nixbase32.ts";
import { sign } from "../formats/nix/signature.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Substituter } from "../substituter/substituter.ts";
import { through } from "../compression/through.ts";
import { verified } from "../substituter/verified.ts";
import type { LockedPath } from "../lock/lock.ts";
import { lixError } from "../errors/lix-error.ts";

export interface ExportOptions {
  readonly store: Substituter;
  /** `name:base64`, as `nix-store --generate-binary-cache-key` writes it. */
  readonly secretKey: string;
  /** The folder of the cache, which is created if it does not exist. */
  readonly folder: string;
}

/** The store as a cache that signs what it has. It is asked last. */
export function signedStore({ store, secretKey }: ExportOptions): Substituter {
  return {
    ...store,
    async narInfo(path, signal) {
      const info = await store.narInfo(path, signal);
      return info && { ...info, signatures: [sign(info, secretKey)] };
    },
  };
}

export async function isCacheFolder(folder: string): Promise<boolean> {
  return (await stat(join(folder, "nix-cache-info")).catch(() => undefined)) !== undefined;
}

/** Exports those of `paths` that only `signedStore` can have signed; what the folder has stays. */
export async function exportPaths(
  paths: Iterable<LockedPath>,
  options: ExportOptions,
): Promise<void> {
  const { folder } = options;
  try {
    await makeFolder(join(folder, "nar"));
    if (!(await isCacheFolder(folder)))
      await writeFile(join(folder, "nix-cache-info"), "StoreDir: /nix/store\n");
    await exportAll([...paths], options);
  } catch (error) {
    throw error instanceof LixImageError
      ? error
      : lixError("EXPORT_FAILED", { folder }, { cause: error });
  }
}

async function exportAll(paths: readonly LockedPath[], options: ExportOptions): Promise<void> {
  let exported = 0;
  const advance = (): Advance => ({
    done: `${exported} of ${paths.length} store paths exported`,
    share: exported / Math.max(1, paths.length),
    waitsFor: options.store.url,
    subject: basename(options.folder),
  });
  const report = paths.length === 0 ? waiting : measured;
  await report(advance, async (meter) => {
    for (const path of paths) {
      await exportPath(path, options);
      exported += 1;
      meter.moved();
    }
  });
}

async function exportPath(path: LockedPath, { store, folder }: ExportOptions): Promise<void> {
  const file = join(folder, `${StorePath.hashPart(path.storePath)}.narinfo`);
  if ((await stat(file).catch(() => undefined)) !== undefined) return;
  const { downloadSize: _, fetch: __, ...info } = path;
  const nar = store.openNar({ ...info, url: path.storePath, compression: "none" });
  const stored = await writeNar(verified(nar, path, store.url), folder);
  // After the NAR, so that a client that sees the narinfo can download the NAR too.
  await writeFile(file, NarInfo.format({ ...info, ...stored, compression: "zstd" }));
}

type Stored = Pick<NarInfo, "url" | "fileSize" | "fileHash">;

async function writeNar(nar: Bytes, folder: string): Promise<Stored> {
  const hash = createHash("sha256");
  let fileSize = 0;
  let stored: Stored | undefined;
  await placeFile(join(folder, "nar", "new"), async (temporary) => {
    const handle = await open(temporary, "wx");
    try {
      for await (const chunk of through(nar, createZstdCompress(), "zstd")) {
        hash.update(chunk);
        fileSize += chunk.length;
        await handle.writeFile(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    const digest = hash.digest();
    const url = `nar/${nixbase32.encode(digest)}.nar.zst`;
    stored = { url, fileSize, fileHash: NarHash.toNix32(NarHash.fromBytes(digest)) };
    return join(folder, url);
  });
  if (stored === undefined) throw new RangeError("placeFile returned before its writer");
  return stored;
}

import { writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { NarInfo } from "../../../provider/formats/nix/narinfo.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { compressNar, narSuffix, type NarCompression } from "./nar-compression.ts";
import type { StoreObject } from "./store-contents.ts";

/**
 * Writes a folder such as `nix copy --to file://…` makes; one compression after the other is used.
 * Existing files are overwritten, and others stay.
 */
export async function writeBinaryCache(
  folder: string,
  objects: Iterable<StoreObject>,
  compressions: readonly [NarCompression, ...NarCompression[]],
): Promise<ReadonlyMap<StorePath, NarInfo>> {
  await mkdir(join(folder, "nar"), { recursive: true });
  await writeFile(
    join(folder, "nix-cache-info"),
    "StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 30\n",
  );
  const narInfos = new Map<StorePath, NarInfo>();
  for (const object of objects) {
    const compression = compressions[narInfos.size % compressions.length] ?? compressions[0];
    const narInfo = writeStoreObject(folder, object, compression);
    narInfos.set(narInfo.storePath, narInfo);
  }
  return narInfos;
}

/** The files of a cache in a folder, for a server that has them by name. */
export async function copyCache(folder: string, files: Map<string, Uint8Array>): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(relative(folder, file).split(sep).join("/"), await readFile(file));
  }
}

/** Writes the NAR and the narinfo of one store path. */
function writeStoreObject(
  folder: string,
  object: StoreObject,
  compression: NarCompression,
): NarInfo {
  const file = compressNar(object.nar, compression);
  // "sha256:<52 digits>"
  const fileHash = NarHash.toNix32(NarHash.of(file));
  const url = `nar/${fileHash.slice(7)}${narSuffix(compression)}`;
  const narInfo: NarInfo = { ...object.info, url, compression, fileHash, fileSize: file.length };
  // A world has hundreds of small files, and each would take its turn in a thread.
  writeFileSync(join(folder, url), file);
  writeFileSync(narInfoFile(folder, narInfo.storePath), NarInfo.format(narInfo));
  return narInfo;
}

export async function writeNarInfo(folder: string, narInfo: NarInfo): Promise<void> {
  await writeFile(narInfoFile(folder, narInfo.storePath), NarInfo.format(narInfo));
}

export const narInfoFile = (folder: string, path: StorePath): string =>
  join(folder, `${StorePath.hashPart(path)}.narinfo`);

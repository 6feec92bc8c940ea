import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LockedPath } from "../../provider/lock/lock.ts";
import { NarInfo } from "../../provider/formats/nix/narinfo.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";

/** A binary cache in a folder that knows these paths; their NARs are not in it. */
export async function writeNarInfos(folder: string, paths: Iterable<LockedPath>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "nix-cache-info"), "StoreDir: /nix/store\n");
  for (const path of paths) {
    const hash = StorePath.hashPart(path.storePath);
    const { downloadSize: fileSize, fetch: _, ...info } = path;
    const text = NarInfo.format({ ...info, fileSize, url: `nar/${hash}.nar`, compression: "none" });
    await writeFile(join(folder, `${hash}.narinfo`), text);
  }
}

import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ByteString } from "../../provider/base/byte-string.ts";
import type { Tree } from "../../provider/formats/nix/tree.ts";

/** Writes a tree as a store has it, with the folders above. */
export async function writeTree(at: string, tree: Tree): Promise<void> {
  await mkdir(dirname(at), { recursive: true });
  await write(Buffer.from(at), tree);
}

/** Paths are bytes, because names need not be UTF-8. */
async function write(at: Buffer, tree: Tree): Promise<void> {
  if (tree.kind === "symlink") return symlink(Buffer.from(ByteString.toBytes(tree.target)), at);
  if (tree.kind === "regular") {
    await writeFile(at, tree.contents);
    return chmod(at, tree.executable ? 0o555 : 0o444);
  }
  await mkdir(at);
  for (const [name, entry] of tree.entries)
    await write(Buffer.concat([at, Buffer.from("/"), ByteString.toBytes(name)]), entry);
}

/** A tree on disk, as its NAR would be read. @module */
import { constants } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import { ByteString } from "../base/byte-string.ts";
import { lixError } from "../errors/lix-error.ts";
import type { NarEvent } from "../formats/nix/nar-event.ts";

const CHUNK = 256 * 1024;

/** Links are not followed. `path` is bytes, because names need not be UTF-8. */
export async function* diskEvents(
  file: Buffer,
  signal?: AbortSignal,
  path: ByteString = "",
): AsyncGenerator<NarEvent> {
  signal?.throwIfAborted();
  const stats = await lstat(file);
  if (stats.isSymbolicLink()) {
    const target = await readlink(file, { encoding: "buffer" });
    yield { kind: "symlink", path, target: ByteString.fromBytes(target) };
  } else if (stats.isFile()) {
    yield* fileEvents(file, path);
  } else if (stats.isDirectory()) {
    yield { kind: "directory", path };
    const names = await readdir(file, { encoding: "buffer" });
    for (const name of names.sort((a, b) => a.compare(b))) {
      const inside = ByteString.fromBytes(name);
      const child = Buffer.concat([file, SLASH, name]);
      yield* diskEvents(child, signal, path === "" ? inside : `${path}/${inside}`);
    }
  } else {
    throw lixError("NOT_IN_A_NAR", { file: file.toString() });
  }
}

async function* fileEvents(file: Buffer, path: ByteString): AsyncGenerator<NarEvent> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { mode, size } = await handle.stat();
    // Nix looks at the owner's bit alone.
    yield { kind: "regular", path, executable: (mode & 0o100) !== 0, size };
    for (;;) {
      // A new buffer each time, because the consumer may keep it.
      const buffer = new Uint8Array(Math.min(CHUNK, Math.max(size, 1)));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield { kind: "contents", bytes: buffer.subarray(0, bytesRead) };
    }
  } finally {
    await handle.close();
  }
}

const SLASH = Buffer.from("/");

/**
 * gzip as format version 1 has it: one member, by Node's zlib. A layer that is in a state of that version is made
 * again with the same bytes, if this Node's zlib writes them.
 * @module
 */
import { once } from "node:events";
import { crc32, createDeflateRaw } from "node:zlib";
import type { Bytes } from "../../base/bytes.ts";

/** Header and trailer are ours, because zlib's header names the operating system. RFC 1952. */
export async function* zlibGzip(source: Bytes, level: number): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw({ level, windowBits: 15, memLevel: 8, chunkSize: CHUNK_SIZE });
  const ready: Uint8Array[] = [];
  deflate.on("data", (chunk: Uint8Array) => ready.push(chunk));
  deflate.on("error", () => {}); // `write` and `once` report it; one that came later would end the process.
  let sum = 0;
  let size = 0;
  try {
    yield HEADER;
    for await (const chunk of source) {
      sum = crc32(chunk, sum);
      size += chunk.length;
      const written = new Promise<void>((resolve, reject) => {
        deflate.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
      await written;
      yield* ready.splice(0);
    }
    deflate.end();
    await once(deflate, "end");
    yield* ready.splice(0);
  } finally {
    deflate.destroy();
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield trailer;
}

const CHUNK_SIZE = 256 * 1024;
// Deflate; no flags, time or extra flags; operating system unknown. As Go's compress/gzip writes it.
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

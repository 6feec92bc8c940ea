/**
 * Compression whose bytes depend on the input, the level and zlib's version alone: not on the chunks
 * the input comes in, nor on the operating system.
 * @module
 */
import type { Transform } from "node:stream";
import { constants, crc32, createDeflateRaw, createZstdCompress } from "node:zlib";
import type { Bytes } from "../../base/bytes.ts";

export interface LayerCompression {
  readonly algorithm: "gzip" | "zstd";
  /** gzip 1..9, zstd 1..19. */
  readonly level: number;
}

export function compress(source: Bytes, compression: LayerCompression): Bytes {
  return compression.algorithm === "gzip"
    ? gzip(source, compression.level)
    : through(source, () =>
        createZstdCompress({
          chunkSize: CHUNK_SIZE,
          // Never ZSTD_c_nbWorkers: Node 24 then loses output without an error.
          params: { [constants.ZSTD_c_compressionLevel]: compression.level },
        }),
      );
}

/** `gzip:zlib-1.3.1-…`: kept beside a digest, because another zlib may write other bytes. */
export function compressorVersion(algorithm: LayerCompression["algorithm"]): string {
  const library = algorithm === "gzip" ? "zlib" : "zstd";
  return `${algorithm}:${library}-${process.versions[library] ?? "unknown"}`;
}

const CHUNK_SIZE = 256 * 1024;

/** Header and trailer are ours, because zlib's gzip header names the operating system. RFC 1952. */
async function* gzip(source: Bytes, level: number): AsyncGenerator<Uint8Array> {
  let sum = 0;
  let size = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      sum = crc32(chunk, sum);
      size += chunk.length;
      yield chunk;
    }
  };
  yield GZIP_HEADER;
  yield* through(counted(), () =>
    createDeflateRaw({ level, windowBits: 15, memLevel: 8, chunkSize: CHUNK_SIZE }),
  );
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield trailer;
}

// Deflate; no flags, time or extra flags; operating system unknown. As Go's compress/gzip writes it.
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * One write at a time: `end()` with writes in the queue makes zstd append an empty frame
 * (nodejs/node#66078). The source makes its next chunk while zlib works on the last, in a thread.
 * What waits here is no more than one chunk compresses to.
 */
async function* through(source: Bytes, open: () => Transform): AsyncGenerator<Uint8Array> {
  const stream = open();
  stream.on("error", () => {}); // Or one after the last write would end the process.
  const settled = (start: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.once("error", reject);
      start((error) => {
        stream.off("error", reject);
        if (error) reject(error);
        else resolve();
      });
    });
  const ready: Uint8Array[] = [];
  stream.on("data", (chunk: Uint8Array) => ready.push(chunk));
  let written = Promise.resolve();
  try {
    for await (const chunk of source) {
      await written;
      yield* ready.splice(0);
      written = settled((done) => stream.write(chunk, done));
      written.catch(() => {}); // Told when it is awaited, unless the source fails before.
    }
    await written;
    await settled((done) => stream.once("end", () => done()).end());
    yield* ready.splice(0);
  } finally {
    stream.destroy();
  }
}

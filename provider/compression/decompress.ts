/**
 * Undoes the compression of NARs, layers and archives. For a NAR the bytes decide, because narinfos may name
 * another compression and Nix does not mind: libarchive looks at the bytes, too.
 * @module
 */
import { createBrotliDecompress, createGunzip } from "node:zlib";
import type { Bytes } from "../base/bytes.ts";
import { throughCodec, type Pieces } from "./codec.ts";
import { DamagedCompression, UnsupportedCompression } from "./decompress-errors.ts";
import { Peekable } from "./peekable.ts";
import { through } from "./through.ts";
import { xzDecoder } from "./xz-decoder.ts";
import { unzstd } from "./zstd.ts";

export type Format = "xz" | "zstd" | "gzip" | "br" | "none" | "bzip2" | "lzip" | "lz4";

const MAGIC: readonly (readonly [hex: string, format: Format])[] = [
  ["fd377a585a00", "xz"],
  ["28b52ffd", "zstd"],
  ["1f8b08", "gzip"],
  ["425a68", "bzip2"],
  ["4c5a4950", "lzip"],
  ["04224d18", "lz4"],
  // A NAR itself: the length of "nix-archive-1", then its first letters.
  ["0d000000000000006e69782d", "none"],
];
/** How many bytes {@link formatOf} looks at. */
export const LONGEST_MAGIC = 12;
const CHUNK = 256 * 1024;
// How much a decoder may take before it yields anything: more than any of them buffers.
const TAKEN_AHEAD = 4 * 1024 * 1024;

/** The bytes decide; `named`, the Compression of a narinfo, counts only if they do not show the format. */
export async function* decompress(
  source: Bytes,
  named: string,
  pieces: Pieces = "copies",
): AsyncGenerator<Uint8Array> {
  const input = new Peekable(source);
  try {
    const start = await input.peek(LONGEST_MAGIC);
    // brotli has no magic bytes, so its name must be believed, as Nix does.
    const format = named === "br" ? "br" : (formatOf(start) ?? unmarked(start, named));
    yield* decompressAs(input.rest(), format, pieces);
  } finally {
    await input.close();
  }
}

/** The format that the first bytes show; undefined if they show none. */
export function formatOf(start: Uint8Array): Format | undefined {
  const hex = Buffer.from(start).toString("hex");
  // zstd may start with a skippable frame, 184d2a5? in little endian.
  if (/^5.2a4d18/.test(hex)) return "zstd";
  return MAGIC.find(([magic]) => hex.startsWith(magic))?.[1];
}

function unmarked(start: Uint8Array, named: string): Format {
  if (named === "none" || named === "") return "none";
  const hex = Buffer.from(start.subarray(0, 6)).toString("hex");
  throw new DamagedCompression(named, `it starts with ${hex || "nothing"}`);
}

/**
 * By name, not by the bytes. Frames, members and blocks may be empty, and a stream of them need not end. So the
 * input must stay in proportion to the output, which the reader limits: to the size of a NAR, for instance.
 */
export async function* decompressAs(
  source: Bytes,
  format: Format,
  pieces: Pieces = "copies",
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let given = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      if (taken > 2 * given + TAKEN_AHEAD)
        throw new DamagedCompression(format, `${taken} bytes of it decode to only ${given}`);
      taken += chunk.length;
      yield chunk;
    }
  };
  for await (const chunk of decode(counted(), format, pieces)) {
    given += chunk.length;
    yield chunk;
  }
}

function decode(source: Bytes, format: Format, pieces: Pieces): Bytes {
  switch (format) {
    case "none":
      return source;
    case "xz":
      return throughCodec(source, xzDecoder(), pieces);
    case "zstd":
      return unzstd(source);
    case "gzip":
      return through(source, createGunzip({ chunkSize: CHUNK }), "gzip");
    case "br":
      return through(source, createBrotliDecompress({ chunkSize: CHUNK }), "brotli");
    case "bzip2":
    case "lzip":
    case "lz4":
      throw new UnsupportedCompression(format);
  }
}

import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { xzStored } from "./xz-stored.ts";

/** The names that narinfos use. */
export const NAR_COMPRESSIONS = ["xz", "zstd", "gzip", "br", "none"] as const;
export type NarCompression = (typeof NAR_COMPRESSIONS)[number];

/** Ending of the file's name, as Nix writes it. */
export const narSuffix = (compression: NarCompression): string =>
  ({ xz: ".nar.xz", zstd: ".nar.zst", gzip: ".nar.gz", br: ".nar.br", none: ".nar" })[compression];

/** A NAR that several worlds have is compressed once. */
export function compressNar(nar: Uint8Array, compression: NarCompression): Uint8Array {
  const known = compressed.get(nar) ?? new Map<NarCompression, Uint8Array>();
  compressed.set(nar, known);
  const file = known.get(compression) ?? compress(nar, compression);
  known.set(compression, file);
  return file;
}

const compressed = new WeakMap<Uint8Array, Map<NarCompression, Uint8Array>>();

function compress(nar: Uint8Array, compression: NarCompression): Uint8Array {
  switch (compression) {
    case "xz":
      return xzStored(nar);
    case "zstd": {
      // Several frames, as attic serves them: readers that stop after the first lose the rest.
      const middle = nar.length >> 1;
      return Buffer.concat([
        zstdCompressSync(nar.subarray(0, middle)),
        zstdCompressSync(nar.subarray(middle)),
      ]);
    }
    case "gzip":
      return gzipSync(nar);
    case "br":
      return brotliCompressSync(nar);
    case "none":
      return nar;
  }
}

/**
 * How a layer is compressed. Kept apart from the compressors, which most plans need not load.
 * @module
 */
export interface LayerCompression {
  readonly algorithm: "gzip" | "zstd";
  /** gzip 1..9, zstd 1..19. */
  readonly level: number;
  /**
   * Set if the bytes are those of an earlier version of pulumi-lix, and differ from what this one would make.
   */
  readonly formatVersion?: 1;
}

export const LayerCompression = {
  /** The version of the bytes, which is part of a layer's key. That of zstd has not changed. */
  formatVersion: ({ algorithm, formatVersion }: LayerCompression): 1 | 2 =>
    algorithm === "zstd" ? 1 : (formatVersion ?? 2),

  /** How an earlier version made the same layer; undefined if it made the same bytes. */
  earlier: (compression: LayerCompression): LayerCompression | undefined =>
    LayerCompression.formatVersion(compression) === 1
      ? undefined
      : { ...compression, formatVersion: 1 },
};

/** Stored with each digest, because another Node may have another zlib that writes other bytes. */
export function compressorVersion(compression: Omit<LayerCompression, "level">): string {
  if (compression.algorithm === "zstd") return ZSTD;
  return compression.formatVersion === 1 ? ZLIB : LIBDEFLATE;
}

const ZSTD = "zstd:zstd-1.5.7";
const LIBDEFLATE = "gzip:libdeflate-1.26";
const ZLIB = `gzip:zlib-${process.versions.zlib}`;

/** Whether an earlier version of pulumi-lix made the layer, with other bytes than this one. */
export const isEarlierCompressor = (version: string): boolean => version.startsWith("gzip:zlib-");

/** Whether this machine writes the same bytes as that {@link compressorVersion}. */
export const isOwnCompressor = (version: string): boolean =>
  [ZSTD, LIBDEFLATE, ZLIB].includes(version);

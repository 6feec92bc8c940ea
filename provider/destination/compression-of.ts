import { MediaType, type LayerMediaType } from "../oci/media-type.ts";

/** How many bytes {@link compressionOf} needs. */
export const MAGIC_SIZE = 4;

/** Of a tar whose first bytes these are, whatever its name says. */
export function compressionOf(start: Uint8Array): LayerMediaType {
  const magic = Buffer.from(start.subarray(0, MAGIC_SIZE)).toString("hex");
  // RFC 1952, 2.3.1 and RFC 8878, 3.1.1.
  if (magic.startsWith("1f8b")) return MediaType.layerGzip;
  return magic === "28b52ffd" ? MediaType.layerZstd : MediaType.layerTar;
}

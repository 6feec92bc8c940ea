/** An OCI layout of one image, made of a config and layers as they are given. @module */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { MediaType } from "../../provider/formats/oci/media-type.ts";

/** @param layers compressed with gzip. */
export async function writeLayout(
  folder: string,
  config: object,
  layers: readonly Uint8Array[],
): Promise<void> {
  const blobs = join(folder, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  const add = async (bytes: Uint8Array, mediaType: string) => {
    const digest = Digest.of(bytes);
    await writeFile(join(blobs, Digest.hex(digest)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  const manifest = await add(
    json({
      schemaVersion: 2,
      mediaType: MediaType.manifest,
      config: await add(json(config), MediaType.config),
      layers: await Promise.all(layers.map((layer) => add(layer, MediaType.layerGzip))),
    }),
    MediaType.manifest,
  );
  await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(
    join(folder, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [manifest] }),
  );
}

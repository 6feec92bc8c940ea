/**
 * `LixImage.get`: what a registry says of an image that this stack did not push. Nothing that check
 * answers ever comes from here.
 * @module
 */
import { collectWithin } from "../base/budgets.ts";
import type { Descriptor } from "../formats/oci/descriptor.ts";
import { Platform } from "../formats/oci/platform.ts";
import { readImage } from "../formats/oci/read-image.ts";
import { Reference, Repository } from "../formats/oci/reference.ts";
import { RegistryClient, type ReceivedManifest } from "../registry/client.ts";
import { DeclaredOutputs } from "../resource/declared-outputs.ts";
import type { ReadResult } from "./read-result.ts";
import { toPropertyMap, type PropertyMap } from "../resource/property-map.ts";

/** @param id `registry/name`, with a tag or digest, or the latest. */
export async function lookUp(
  id: string,
  props: PropertyMap,
  requestLimitMs: number,
): Promise<ReadResult> {
  const { repository, tag = "latest", digest } = Reference.parse(id);
  const client = new RegistryClient(repository, { requestLimitMs });
  const manifest = await client.getManifest(digest ?? tag);
  if (manifest === undefined) return { id: "", props: {}, inputs: {} };
  // Ours and the SDK's, such as __provider.
  const hidden = Object.fromEntries(Object.entries(props).filter(([key]) => key.startsWith("__")));
  const name = Repository.format(repository);
  const outputs = {
    ref: `${name}@${manifest.digest}`,
    digest: manifest.digest,
    taggedRefs: digest === undefined ? [`${name}:${tag}`] : [],
    mirrorRefs: [],
    ...(await describe(client, manifest)),
    packages: {},
    drift: [],
    ...hidden,
  };
  return {
    id,
    props: toPropertyMap(DeclaredOutputs.complete(outputs)),
    inputs: toPropertyMap(hidden),
  };
}

async function describe(client: RegistryClient, root: ReceivedManifest) {
  const top = { ...root, size: root.bytes.length };
  const images = await readImage(top, (descriptor) => fetchDocument(client, root, descriptor));
  const labels = images[0]?.config.Labels ?? {};
  return {
    labels,
    revision: labels["org.opencontainers.image.revision"],
    version: labels["org.opencontainers.image.version"] ?? "",
    platforms: Object.fromEntries(
      images.map(({ platform, digest, configDigest, size }) => [
        Platform.format(platform),
        { digest, configDigest, size },
      ]),
    ),
    size: Math.max(0, ...images.map((image) => image.size)),
  };
}

/** The root is here already; a child that is gone is a blob that cannot be read. */
async function fetchDocument(
  client: RegistryClient,
  root: ReceivedManifest,
  { digest, mediaType }: Descriptor,
): Promise<Uint8Array> {
  if (digest === root.digest) return root.bytes;
  const child = mediaType.includes("manifest") ? await client.getManifest(digest) : undefined;
  return child?.bytes ?? collectWithin("documentBytes", client.getBlob(digest), digest);
}

/**
 * The blobs that this process sends to registries. Its images share layers: each is sent once, and then
 * found where it is, or mounted from there into another repository.
 * @module
 */
import type { Digest } from "../formats/oci/digest.ts";
import type { Blob } from "../formats/oci/layer.ts";
import type { RegistryClient } from "../registry/client.ts";

/** By host and digest, the repositories that have the blob. */
const homes = new Map<string, Set<string>>();
/** By host, repository and digest. */
const underWay = new Map<string, Promise<unknown>>();

/** Of a blob that the repository was found to lack a moment ago. */
export async function pushSharedBlob(
  client: RegistryClient,
  blob: Blob,
  signal: AbortSignal,
): Promise<"uploaded" | "reused"> {
  const { name } = client.repository;
  const key = `${client.description} ${blob.digest}`;
  // Should another image's push of it fail, it is our turn.
  await underWay.get(key)?.catch(() => {});
  const known = homesOf(client, blob.digest);
  if (known.has(name)) return "reused";
  const push = client.pushBlob(blob, { mountFrom: [...known][0], signal });
  underWay.set(key, push);
  try {
    const done = await push;
    known.add(name);
    return done === "mounted" ? "reused" : done;
  } finally {
    underWay.delete(key);
  }
}

/** Of blobs that are in the repository, whoever sent them. */
export function rememberBlobs(client: RegistryClient, blobs: readonly Blob[]): void {
  for (const { digest } of blobs) homesOf(client, digest).add(client.repository.name);
}

export const remembersBlob = (client: RegistryClient, digest: Digest): boolean =>
  homesOf(client, digest).has(client.repository.name);

/** Of blobs that are not there any more. */
export function forgetBlobs(client: RegistryClient, digests: Iterable<Digest>): void {
  for (const digest of digests) homesOf(client, digest).delete(client.repository.name);
}

function homesOf({ repository }: RegistryClient, digest: Digest): Set<string> {
  const key = `${repository.host} ${digest}`;
  const known = homes.get(key) ?? new Set();
  homes.set(key, known);
  return known;
}

/**
 * `LixImage.get`: what a registry says of an image that this stack did not push. Nothing that check
 * answers ever comes from here.
 * @module
 */
import type { LixImageOutputs, ReferrerOutput } from "../../sdk/outputs.ts";
import { collectWithin } from "../base/budgets.ts";
import { LixImageError } from "../base/errors.ts";
import { transientKind } from "../base/retry.ts";
import type { Descriptor } from "../formats/oci/descriptor.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { Platform } from "../formats/oci/platform.ts";
import { readImage, type PlatformImage } from "../formats/oci/read-image.ts";
import { Reference, Repository } from "../formats/oci/reference.ts";
import { RegistryClient, type ReceivedManifest } from "../registry/client.ts";
import { listReferrers } from "../registry/referrers.ts";

/** What a registry says of an image; the plan and the layers are not known. */
export type LookedUpOutputs = Omit<LixImageOutputs, "planKey" | "layers">;

export interface LookedUpImage {
  readonly outputs: LookedUpOutputs;
  /** One for each platform. */
  readonly images: readonly PlatformImage[];
}

export interface LookUpOptions {
  /** How long the registry may take to answer one question, all tries included. */
  readonly requestLimitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Undefined: it is not there. @param id `registry/name`, with a tag or digest, or the latest. */
export async function lookUpImage(
  id: string,
  { requestLimitMs, signal }: LookUpOptions,
): Promise<LookedUpImage | undefined> {
  const { repository, tag = "latest", digest } = Reference.parse(id);
  const client = new RegistryClient(repository, { requestLimitMs });
  const manifest = await client.getManifest(digest ?? tag, signal);
  if (manifest === undefined) return undefined;
  const name = Repository.format(repository);
  const images = await imagesIn(client, manifest, signal);
  const outputs = {
    ref: `${name}@${manifest.digest}`,
    digest: manifest.digest,
    taggedRefs: digest === undefined ? [`${name}:${tag}`] : [],
    mirrorRefs: [],
    ...describe(images),
    referrers: await referrersOf(client, manifest.digest, signal),
    packages: {},
    drift: [],
  };
  return { outputs, images };
}

/** Those of the manifest that the reference names. Entries that say too little are left out. */
async function referrersOf(
  client: RegistryClient,
  subject: Digest,
  signal: AbortSignal | undefined,
): Promise<ReferrerOutput[]> {
  const listed = await listReferrers(client, subject, signal).catch((error: unknown) => {
    // Who may read images need not be allowed to list this.
    if (!(error instanceof LixImageError) || transientKind(error) !== undefined) throw error;
    return [];
  });
  return listed.flatMap(({ digest, artifactType, size }) =>
    artifactType === undefined || size === undefined
      ? []
      : [{ artifactType, digest, subject, size }],
  );
}

function imagesIn(
  client: RegistryClient,
  root: ReceivedManifest,
  signal: AbortSignal | undefined,
): Promise<PlatformImage[]> {
  const top = { ...root, size: root.bytes.length };
  return readImage(top, (descriptor) => fetchDocument(client, { root, descriptor, signal }));
}

function describe(images: readonly PlatformImage[]) {
  const labels = images[0]?.config.Labels ?? {};
  const revision = labels["org.opencontainers.image.revision"];
  return {
    labels,
    ...(revision === undefined ? {} : { revision }),
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

interface ToFetch {
  readonly root: ReceivedManifest;
  readonly descriptor: Descriptor;
  readonly signal: AbortSignal | undefined;
}

/** The root is here already; a child that is gone is a blob that cannot be read. */
async function fetchDocument(
  client: RegistryClient,
  { root, descriptor, signal }: ToFetch,
): Promise<Uint8Array> {
  const { digest, mediaType } = descriptor;
  if (digest === root.digest) return root.bytes;
  const child = mediaType.includes("manifest")
    ? await client.getManifest(digest, signal)
    : undefined;
  return child?.bytes ?? collectWithin("documentBytes", client.getBlob(digest, signal), digest);
}

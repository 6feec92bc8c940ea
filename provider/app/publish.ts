/**
 * From a plan to its destinations: builds what they lack, then pushes it, tags last.
 * @module
 */
import { renderLines } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { isWorthRetrying, mayRetry, retry, transientKind } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import type { Destination, ManifestWrite } from "../destination/destination.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Blob, LayerIdentity } from "../formats/oci/layer.ts";
import { assemble, type Assembled } from "./assemble.ts";
import { withAttachments } from "./attachments.ts";
import { requireDigests, buildMissingLayers } from "./build-image.ts";
import { copiedLayers, wantedBlobs } from "./copied-layers.ts";
import { tagsOf } from "./describe.ts";
import type { ImagePlan } from "./plan-image.ts";
import { asking, pushing } from "../image/progress.ts";
import type { PushReport } from "./push-report.ts";
import { sendingAhead } from "./sending-ahead.ts";
import type { Session } from "./session.ts";
import { signingKeyOf } from "./signing-keys.ts";

export interface Published {
  readonly assembled: Assembled;
  readonly reports: readonly PushReport[];
  /** At destinations other than the first, which has the image. */
  readonly failures: readonly DestinationFailure[];
}

export interface DestinationFailure {
  /** Its description. */
  readonly destination: string;
  readonly error: unknown;
}

export interface PublishImageOptions {
  /**
   * Asks for every blob even where the manifest is there: a refresh found something missing. `verifyBlobs`
   * has the same effect.
   */
  readonly everyBlob?: boolean;
  /** The digest of the image that was pushed before. A destination that has that image has its layers, too. */
  readonly previous?: Digest | undefined;
  readonly signal?: AbortSignal | undefined;
}

const NO_BLOBS: ReadonlySet<Digest> = new Set();
const NO_COPIES: ReadonlyMap<Digest, Blob> = new Map();

/**
 * Publishes to every destination. Tries again when a layer was removed from the cache by another
 * process, or could not be copied; the last time every missing layer is built here.
 */
export async function publish(
  session: Session,
  imagePlan: ImagePlan,
  destinations: readonly Destination[],
  options: PublishImageOptions = {},
): Promise<Published> {
  const { signal } = options;
  return await retry(RETRY.publish, { signal }, async (tried) => {
    const mayCopy = mayRetry(RETRY.publish, "lost layer", tried);
    // The first try may have failed because a registry has a manifest but not all of its blobs.
    const everyBlob = options.everyBlob === true || imagePlan.spec.args.verifyBlobs || tried > 1;
    try {
      const how = { ...options, everyBlob, copy: mayCopy };
      return await publishOnce(session, imagePlan, destinations, how);
    } catch (error) {
      // The first failure may be an accident, and the last one is thrown.
      if (tried > 1 && isWorthRetrying(RETRY.publish, error, tried)) log.warn(renderLines(error));
      throw error;
    }
  });
}

/**
 * Publishes to one destination after the other. If the first one refuses the image, no other gets it. A failure
 * at a later one does not keep the image from the rest, and is reported at the end.
 */
async function publishOnce(
  session: Session,
  imagePlan: ImagePlan,
  destinations: readonly Destination[],
  options: PublishImageOptions & { readonly copy: boolean },
): Promise<Published> {
  const { signal } = options;
  const key = await signingKeyOf(session, imagePlan.spec);
  const tags = tagsOf(imagePlan);
  const failures: DestinationFailure[] = [];
  const attempt = async (destination: Destination, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const isLost = transientKind(error) === "lost layer";
      if (destination === destinations[0] || signal?.aborted === true || isLost) throw error;
      failures.push({ destination: destination.description, error });
    }
  };
  const planned = assemble(session, await requireDigests(session, imagePlan));
  const images = options.previous === undefined ? tags : [options.previous, ...tags];
  const missingAt = new Map<Destination, ReadonlySet<Digest>>();
  const unasked = new Set<Destination>();
  for (const destination of destinations)
    await attempt(destination, async () => {
      const missing = await asking(destination.description, planned.image.blobs, () =>
        missingBlobs(destination, planned, { ...options, images }),
      );
      if (missing === undefined) unasked.add(destination);
      missingAt.set(destination, missing ?? NO_BLOBS);
    });
  const wanted = wantedBlobs(missingAt);
  const copies = options.copy ? copiedLayers(session, planned, missingAt, signal) : NO_COPIES;
  const isToBeMade = ({ digest }: LayerIdentity): boolean =>
    wanted.has(digest) && !copies.has(digest);
  const ahead = { destinations: [...missingAt.keys()], missing: missingAt, signal };
  const { result: built, sent } = await sendingAhead(session, ahead, () =>
    buildMissingLayers(session, imagePlan, isToBeMade, signal),
  );
  const plain = assemble(session, built);
  const full = withAttachments(imagePlan, plain, key);
  const isTaken = destinations.some(({ takesAttachments }) => takesAttachments === true);
  const assembled = isTaken ? full : plain;
  if (!isTaken && full.image.attachments?.length !== 0) log.warn(NOWHERE);
  const blobs = assembled.image.blobs.map((blob) => copies.get(blob.digest) ?? blob);
  const moved = assembled.image.root.digest !== planned.image.root.digest;
  if (moved) log.warn(recompressed(planned.image.root.digest, assembled.image.root.digest));

  const attachments = new Set<string>(assembled.image.attachments?.map(({ digest }) => digest));
  const reports: PushReport[] = [];
  for (const [destination, missing] of missingAt)
    await attempt(destination, async () => {
      // The answer from before counts only while the digests are the same.
      const known = moved ? undefined : missing.difference(sent.get(destination) ?? NO_BLOBS);
      const what = { destination: destination.description, blobs, missing: known };
      const written: ManifestWrite[] = [];
      const onWrite = (write: ManifestWrite): void => void written.push(write);
      const report = await pushing(what, (counted) =>
        destination.publish(
          { ...assembled.image, blobs: counted },
          { tags, signal, missing: known, onWrite },
        ),
      );
      const unknown = !moved && unasked.has(destination) && report.uploaded.length === 0;
      reports.push({
        destination: destination.description,
        uploaded: report.uploaded,
        reused: unknown ? [] : report.reused,
        written,
        attached: new Set(written.map(({ reference }) => reference)).intersection(attachments).size,
      });
    });
  return { assembled, reports, failures };
}

/** Undefined: the destination has the manifest, and so everything below it. */
async function missingBlobs(
  destination: Destination,
  { image }: Assembled,
  { everyBlob, images, signal }: PublishImageOptions & { readonly images: readonly string[] },
): Promise<ReadonlySet<Digest> | undefined> {
  const digests = image.blobs.map(({ digest }) => digest);
  if (everyBlob === true) return destination.missing(digests, { signal });
  if (await destination.holds(image.root.digest, signal)) return undefined;
  return destination.missing(digests, { images, signal });
}

const NOWHERE =
  "nothing was attached to the image: a registry and an OCI layout in a folder can hold documents and signatures, " +
  "an archive in one file cannot";

const recompressed = (before: Digest, after: Digest): string =>
  `the image is ${after}, not ${before} as first computed: a layer had to be compressed again, and ` +
  "this machine's compressor writes other bytes for the same contents (the diffIds are the same)";

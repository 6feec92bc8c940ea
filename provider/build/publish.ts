/**
 * From a plan to its destinations: what they lack is made, then pushed; tags last.
 * @module
 */
import { render, throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import type { Destination, PublishReport } from "../destination/destination.ts";
import { BlobEvicted } from "../layer-cache/layer-cache.ts";
import type { Digest } from "../oci/digest.ts";
import type { Blob, LayerIdentity } from "../oci/layer.ts";
import { assemble, type Assembled } from "./assemble.ts";
import { identifiedLayers, materialise } from "./build-image.ts";
import { copiedLayers, LayerNotCopied, wantedBlobs } from "./copied-layers.ts";
import { tagsOf } from "./describe.ts";
import type { Prepared } from "./prepare.ts";
import type { Session } from "./session.ts";

export interface Published {
  readonly assembled: Assembled;
  readonly reports: readonly (PublishReport & { readonly destination: string })[];
}

export interface PublishImageOptions {
  /** Who is asked for every blob even where the manifest is there: a refresh found something missing. */
  readonly thorough?: (destination: Destination) => boolean;
  readonly signal?: AbortSignal | undefined;
}

// Two processes whose images do not fit into one small cache take turns.
const TRIES = 3;
const NO_COPIES: ReadonlyMap<Digest, Blob> = new Map();

/**
 * Publishes to every destination. Tries again when a layer was driven from the cache by another
 * process's work, or could not be copied; the last time every layer that is lacking is made here.
 */
export async function publish(
  session: Session,
  prepared: Prepared,
  destinations: readonly Destination[],
  options: PublishImageOptions = {},
): Promise<Published> {
  let how = options;
  for (let tried = 1; ; tried += 1) {
    try {
      return await publishOnce(session, prepared, destinations, { ...how, copy: tried < TRIES });
    } catch (error) {
      if (tried === TRIES || !isCurable(error)) throw error;
      // Once may be chance.
      if (tried === TRIES - 1) log.warn(render(error));
      // Who promised a blob by its manifest may not have it.
      how = { ...options, thorough: () => true };
    }
  }
}

function isCurable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof BlobEvicted || at instanceof LayerNotCopied) return true;
  return false;
}

/**
 * One destination after the other. What the first does not take goes nowhere; what
 * goes wrong with a further one keeps the image from none of the others, and is thrown in the end.
 */
async function publishOnce(
  session: Session,
  prepared: Prepared,
  destinations: readonly Destination[],
  options: PublishImageOptions & { readonly copy: boolean },
): Promise<Published> {
  const { signal } = options;
  const failures: unknown[] = [];
  const attempt = async (destination: Destination, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (destination === destinations[0] || signal?.aborted === true || isCurable(error))
        throw error;
      failures.push(error);
    }
  };
  const planned = assemble(session, await identifiedLayers(session, prepared));
  const lacking = new Map<Destination, ReadonlySet<Digest>>();
  for (const destination of destinations)
    await attempt(destination, async () => {
      lacking.set(destination, await lackedBy(destination, planned, options));
    });
  const wanted = wantedBlobs(lacking);
  const copies = options.copy ? copiedLayers(session, planned, lacking, signal) : NO_COPIES;
  const isToBeMade = ({ digest }: LayerIdentity): boolean =>
    wanted.has(digest) && !copies.has(digest);
  const assembled = assemble(session, await materialise(session, prepared, isToBeMade, signal));
  const blobs = assembled.image.blobs.map((blob) => copies.get(blob.digest) ?? blob);
  const moved = assembled.image.root.digest !== planned.image.root.digest;
  if (moved) log.warn(recompressed(planned.image.root.digest, assembled.image.root.digest));

  const reports: Published["reports"][number][] = [];
  for (const [destination, missing] of lacking)
    await attempt(destination, async () => {
      log.progress(`${destination.description}: pushing`);
      const image = { ...assembled.image, blobs };
      const report = await destination.publish(image, {
        tags: tagsOf(prepared),
        signal,
        // What was asked before is of use only while the digests are the same.
        missing: moved ? undefined : missing,
      });
      reports.push({ ...report, destination: destination.description });
    });
  throwAll(failures);
  return { assembled, reports };
}

async function lackedBy(
  destination: Destination,
  { image }: Assembled,
  { thorough, signal }: PublishImageOptions,
): Promise<ReadonlySet<Digest>> {
  if (thorough?.(destination) !== true && (await destination.holds(image.root.digest, signal)))
    return new Set();
  return destination.missing(
    image.blobs.map((blob) => blob.digest),
    signal,
  );
}

const recompressed = (before: Digest, after: Digest): string =>
  `the image is ${after}, not ${before} as first computed: a layer had to be compressed anew, and ` +
  "this machine's compressor writes other bytes for the same contents (the diffIds are the same)";

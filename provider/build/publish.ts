/**
 * From a plan to its destinations: what they lack is made, then pushed; tags last.
 * @module
 */
import { throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import type { Destination, PublishReport } from "../destination/destination.ts";
import { BlobEvicted } from "../layer-cache/layer-cache.ts";
import type { Digest } from "../oci/digest.ts";
import { assemble, type Assembled } from "./assemble.ts";
import { identifiedLayers, materialise } from "./build-image.ts";
import { tagsOf } from "./describe.ts";
import type { Prepared } from "./prepare.ts";
import type { Session } from "./session.ts";

export interface Published {
  readonly assembled: Assembled;
  readonly reports: readonly (PublishReport & { readonly destination: string })[];
}

export interface PublishImageOptions {
  /** Asks for every blob even where the manifest is there: a refresh found something missing. */
  readonly thorough?: boolean;
  readonly signal?: AbortSignal | undefined;
}

// Two processes whose images do not fit into one small cache take turns.
const TRIES = 3;

/** Publishes to every destination; makes a layer anew that another process's work drove from the cache. */
export async function publish(
  session: Session,
  prepared: Prepared,
  destinations: readonly Destination[],
  options: PublishImageOptions = {},
): Promise<Published> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await publishOnce(session, prepared, destinations, options);
    } catch (error) {
      if (tried === TRIES || !isEviction(error)) throw error;
    }
  }
}

function isEviction(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof BlobEvicted) return true;
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
  options: PublishImageOptions,
): Promise<Published> {
  const { signal } = options;
  let assembled = assemble(session, await identifiedLayers(session, prepared));
  const lacking = new Map<Destination, ReadonlySet<Digest>>();
  const failures: unknown[] = [];
  const attempt = async (destination: Destination, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (destination === destinations[0] || signal?.aborted === true) throw error;
      failures.push(error);
    }
  };
  for (const destination of destinations)
    await attempt(destination, async () => {
      lacking.set(destination, await lackedBy(destination, assembled, options));
    });
  const wanted = new Set([...lacking.values()].flatMap((digests) => [...digests]));
  const before = assembled.image.root.digest;
  const built = await materialise(session, prepared, (layer) => wanted.has(layer.digest), signal);
  assembled = assemble(session, built);
  const moved = assembled.image.root.digest !== before;
  if (moved) log.warn(recompressed(before, assembled.image.root.digest));

  const reports: Published["reports"][number][] = [];
  for (const [destination, missing] of lacking)
    await attempt(destination, async () => {
      log.progress(`${destination.description}: pushing`);
      const report = await destination.publish(assembled.image, {
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
  if (thorough !== true && (await destination.holds(image.root.digest, signal))) return new Set();
  return destination.missing(
    image.blobs.map((blob) => blob.digest),
    signal,
  );
}

const recompressed = (before: Digest, after: Digest): string =>
  `the image is ${after}, not ${before} as first computed: a layer had to be compressed anew, and ` +
  "this machine's compressor writes other bytes for the same contents (the diffIds are the same)";

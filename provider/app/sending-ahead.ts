/**
 * Sends layers while others are still being built. These are blobs alone: nobody sees an image before `publish` has
 * written its manifests and tags. `publish` sends what could not be sent here, and reports why.
 * @module
 */
import { Limiter } from "../base/concurrency.ts";
import type { Destination } from "../destination/destination.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { KnownLayer } from "../image/layer-cache.ts";
import { sendingOn } from "../image/progress.ts";
import { layerBlob } from "./assemble.ts";
import type { MissingBlobs } from "./copied-layers.ts";
import type { Session } from "./session.ts";

export interface SendingAheadOptions {
  readonly destinations: readonly Destination[];
  /** What they lack. Default: they are asked for each layer. */
  readonly missing?: MissingBlobs | undefined;
  /** How many bytes must have been built before any are sent. Default: {@link WORTH_SENDING}. */
  readonly fromBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** By destination, the blobs that need not be sent any more. */
export type SentAhead = ReadonlyMap<Destination, ReadonlySet<Digest>>;

/** A smaller image is sent in a moment when it is complete; if it cannot be built, the registry gets nothing of it. */
const WORTH_SENDING = 4 * 1024 * 1024;
/** As many as a push has in flight. */
const WIDTH = 4;

/** Runs `build`, and sends each layer that it builds. Ends when all of them have been sent or have failed. */
export async function sendingAhead<T>(
  session: Session,
  { destinations, missing, fromBytes = WORTH_SENDING, signal }: SendingAheadOptions,
  build: () => Promise<T>,
): Promise<{ readonly result: T; readonly sent: SentAhead }> {
  const ending = new AbortController();
  const scope = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]);
  const limiter = new Limiter(WIDTH);
  const sent = new Map(destinations.map((each) => [each, new Set<Digest>()]));
  const left = new Map<KnownLayer, Promise<void>>();
  // The next ones would probably fail as well, each after all its tries.
  let hasFailed = false;

  const send = async (layer: KnownLayer): Promise<void> => {
    // One after the other, so that a mirror beside the first registry can mount what that has.
    for (const [destination, done] of sent) {
      const isMissing = missing?.get(destination)?.has(layer.digest);
      if (destination.sendAhead === undefined || (missing && isMissing !== true)) continue;
      scope.throwIfAborted();
      if (hasFailed) return;
      await destination.sendAhead(layerBlob(session, layer), { isMissing, signal: scope });
      done.add(layer.digest);
    }
  };
  const begin = (layer: KnownLayer): void => {
    const sending = limiter.run(() => send(layer)).catch(() => void (hasFailed = true));
    left.set(
      layer,
      sending.finally(() => void left.delete(layer)),
    );
  };
  const built: KnownLayer[] = [];
  let bytesBuilt = 0;
  const onBuilt = (layer: KnownLayer): void => {
    built.push(layer);
    bytesBuilt += layer.size;
    if (bytesBuilt >= fromBytes) for (const each of built.splice(0)) begin(each);
  };
  const bytesLeft = (): number => [...left.keys()].reduce((sum, { size }) => sum + size, 0);
  const allSent = async (): Promise<void> => void (await Promise.all(left.values()));
  session.onBuilt.add(onBuilt);
  try {
    const result = await build();
    await sendingOn(destinations[0]?.description ?? "", bytesLeft, allSent);
    signal?.throwIfAborted();
    return { result, sent };
  } finally {
    session.onBuilt.delete(onBuilt);
    ending.abort();
    await allSent();
  }
}

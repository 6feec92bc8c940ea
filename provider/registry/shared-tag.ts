/**
 * Manifests under tags that several clients change, such as lists of referrers: each reads what is there, changes it,
 * and writes it back.
 * @module
 */
import { LixImageError } from "../base/errors.ts";
import { mayRetry, pauseMs, sleepUnless } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { RegistryClient } from "./client.ts";
import { RegistryRefused } from "./refusal.ts";

/** What is under the tag. */
export interface Held<T> {
  readonly value: T;
  readonly digest: Digest;
  readonly etag?: string | undefined;
}

/** Puts a manifest under the tag. */
export type PutShared = (manifest: Parameters<RegistryClient["putManifest"]>[1]) => Promise<void>;

export interface SharedTagChange<T> {
  readonly tag: string;
  readonly read: () => Promise<Held<T> | undefined>;
  /** What counts as there if there is no such tag. */
  readonly none: T;
  /** @returns the same value if it is as it should be. */
  readonly change: (value: T) => T;
  /** Whether the tag need not be there. */
  readonly isEmpty: (value: T) => boolean;
  readonly write: (value: T, put: PutShared) => Promise<void>;
  /** The error if others overwrite the change again and again. @param reference of the tag. */
  readonly notKept: (reference: string) => Error;
  readonly signal: AbortSignal | undefined;
}

/**
 * Changes what is under the tag until it is seen to be as it should be. Few registries can make a write depend on what
 * was read before (`If-Match`). With the others, somebody who read it before we wrote ours would undo our change, so it
 * is read once more after such a write can be over.
 */
export async function changeSharedTag<T>(
  client: RegistryClient,
  { tag, read, none, change, isEmpty, write, notKept, signal }: SharedTagChange<T>,
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const started = performance.now();
    const held = await read();
    const before = held?.value ?? none;
    const after = change(before);
    if (after === before) return;
    if (!mayRetry(RETRY.sharedTag, "overwritten", tried))
      throw notKept(`${client.description}:${tag}`);
    if (!(held && isEmpty(after) && (await isDeleted(client, held, signal)))) {
      const mayDepend = mayRetry(RETRY.sharedTag, "unmet condition", tried);
      const condition = mayDepend ? conditionOf(held) : {};
      await write(after, (manifest) => client.putManifest(tag, manifest, signal, condition)).catch(
        (error: unknown) => {
          // Somebody was faster.
          if (!(error instanceof RegistryRefused && error.status === 412)) throw error;
        },
      );
    }
    const theirs = performance.now() - started;
    const pause = pauseMs(RETRY.sharedTag.firstPauseMs, Math.min(tried, LONGEST_PAUSE));
    await sleepUnless(signal, theirs + pause);
  }
}

/** Pauses stop doubling here: others need no longer for their write the more often we try. */
const LONGEST_PAUSE = 3;

/** False: the registry forbids deletions. An empty manifest means the same as none. */
async function isDeleted(
  client: RegistryClient,
  { digest }: Held<unknown>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    // By digest: a tag that somebody has moved meanwhile stays.
    await client.deleteManifest(digest, signal);
    return true;
  } catch (error) {
    if (error instanceof LixImageError) return false;
    throw error;
  }
}

/** Makes a write depend on what was read: nothing, or a manifest with this ETag. */
function conditionOf(held: Held<unknown> | undefined): Readonly<Record<string, string>> {
  if (held === undefined) return { "if-none-match": "*" };
  const { etag = "" } = held;
  // A weak one is true of other bytes, too.
  return etag === "" || etag.startsWith("W/") ? {} : { "if-match": etag };
}

/** What was attached to an image, as its outputs in state name it. A state of an earlier version names nothing. @module */
import type { Digest } from "../formats/oci/digest.ts";
import type { ImagePart } from "./recorded-blobs.ts";
import { Recorded } from "./recorded.ts";

/** `linux/arm64: application/spdx+json`: what it is, and of what. */
export interface RecordedReferrer extends ImagePart {
  readonly subject: Digest;
}

export function recordedReferrers(recorded: Recorded): RecordedReferrer[] {
  const root = Recorded.digest(recorded);
  if (root === undefined) return [];
  const platforms = new Map(
    Recorded.children(recorded, root).map(({ digest, place }) => [digest, `${place}: `]),
  );
  return recorded.referrers.map(({ artifactType, ...referrer }) => ({
    ...referrer,
    place: (platforms.get(referrer.subject) ?? "") + artifactType,
  }));
}

/** Those of the image that is still pushed, if they are attached to it no longer. */
export function droppedReferrers(before: Recorded, after: Recorded): RecordedReferrer[] {
  const root = Recorded.digest(after);
  if (root === undefined) return [];
  const pushed = new Set([root, ...Recorded.children(after, root).map(({ digest }) => digest)]);
  const kept = new Set(recordedReferrers(after).map(({ digest }) => digest));
  return recordedReferrers(before).filter(
    ({ digest, subject }) => pushed.has(subject) && !kept.has(digest),
  );
}

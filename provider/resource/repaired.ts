/**
 * Describes what a push repaired in one repository: a tag that is back, an image that was lost. It depends on what
 * the push found there, so it is right without a refresh, too.
 * @module
 */
import type { PushReport } from "../app/push-report.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { Repository } from "../formats/oci/reference.ts";
import { isGoneIn, wasNeverIn } from "./drift.ts";
import { recordedReferrers } from "./recorded-referrers.ts";
import { Recorded } from "./recorded.ts";
import type { ResourceSession } from "./resource-session.ts";
import { Target } from "./target.ts";

/** @param before what state had. @param root of the image that was pushed. */
export function repairedIn(
  { lost }: ResourceSession,
  before: Recorded,
  root: Digest,
  { destination, written }: PushReport,
): string[] {
  if (lost.has(destination) || isGoneIn(before.drift, destination))
    return ["the image was lost and is back"];
  const old = Recorded.digest(before);
  const had = Target.repositories(before.target).map(Repository.format).includes(destination);
  // With another image every tag moves, and that is no repair.
  const isRepair = old === root || before.drift.length > 0;
  if (old === undefined || !had || !isRepair || wasNeverIn(before.drift, destination)) return [];
  const ours = new Set(Recorded.tags(before));
  const children = new Map(
    Recorded.children(before, old).map(({ digest, place }) => [`${digest}`, place]),
  );
  const referrers = new Map(
    recordedReferrers(before).map((each) => [`${each.digest}`, each.place]),
  );
  return written.flatMap(({ reference, before: pointed }) => {
    const attached = referrers.get(reference);
    if (attached !== undefined) return [`referrer ${reference} (${attached}) is back`];
    const platform = children.get(reference);
    if (platform !== undefined) return [`manifest ${reference} (${platform}) is back`];
    // A tag that pointed to the previous image was as we left it.
    if (!ours.has(reference) || pointed === old) return [];
    const from = pointed === undefined ? "" : ` (it pointed to ${pointed})`;
    return [`tag ${reference} is back${from}`];
  });
}

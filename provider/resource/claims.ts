/**
 * Two resources of one stack that claim one reference for different images would take turns for ever.
 * One provider process serves all resources of a stack and lives for one operation, so it can see.
 * @module
 */
import { lixError } from "../errors/lix-error.ts";
import { Known } from "../arguments/unknown.ts";
import type { PreviewOutputs } from "./preview-outputs.ts";

const claimed = new Map<string, string>();

/** All references of an image, as check answers them; what is unknown claims nothing. */
export function claimImage(outputs: PreviewOutputs): void {
  const digest = Known.value(outputs.digest);
  if (digest === undefined) return;
  const taggedRefs = Known.value(outputs.taggedRefs) ?? [];
  const mirrorRefs = Known.value(outputs.mirrorRefs) ?? [];
  const tags = taggedRefs.map((ref) => ref.slice(ref.lastIndexOf(":")));
  const mirrors = mirrorRefs.map((ref) => ref.slice(0, ref.lastIndexOf("@")));
  claim([...taggedRefs, ...mirrors.flatMap((mirror) => tags.map((tag) => mirror + tag))], digest);
}

export function claim(taggedRefs: readonly string[], digest: string): void {
  for (const ref of taggedRefs) {
    const before = claimed.get(ref);
    if (before !== undefined && before !== digest)
      throw lixError("REFERENCE_CLAIMED_TWICE", { reference: ref, first: before, second: digest });
    claimed.set(ref, digest);
  }
}

/** By a resource that this operation keeps: such as the one that replaces what is being deleted. */
export const isClaimed = (taggedRef: string): boolean => claimed.has(taggedRef);

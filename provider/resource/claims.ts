/** Two resources of one stack that claim one reference for different images would take turns for ever. @module */
import { lixError } from "../errors/lix-error.ts";
import type { PropertyMap } from "./property-map.ts";

/** The claims of all resources of an operation. */
export interface Claims {
  /** By reference, the digest of the image that a resource claims it for. */
  readonly claimed: Map<string, string>;
  /** By itself as text, each answer of a check that found an image unchanged without a session. */
  readonly unchanged: Map<string, PropertyMap>;
}

export const Claims = {
  none: (): Claims => ({ claimed: new Map(), unchanged: new Map() }),
};

/** Outputs that check answered, as far as they are known. */
export interface ClaimingImage {
  readonly digest: string | undefined;
  readonly taggedRefs: readonly string[] | undefined;
  readonly mirrorRefs: readonly string[] | undefined;
}

/** All references of an image; what is unknown claims nothing. */
export function claimImage(claims: Claims, image: ClaimingImage): void {
  if (image.digest !== undefined) claim(claims, referencesOf(image), image.digest);
}

function referencesOf({ taggedRefs = [], mirrorRefs = [] }: ClaimingImage): string[] {
  const tags = taggedRefs.map((ref) => ref.slice(ref.lastIndexOf(":")));
  const mirrors = mirrorRefs.map((ref) => ref.slice(0, ref.lastIndexOf("@")));
  return [...taggedRefs, ...mirrors.flatMap((mirror) => tags.map((tag) => mirror + tag))];
}

/** The references of an image as its outputs in state have them. */
export function claimRecorded(claims: Claims, outputs: PropertyMap): void {
  claimImage(claims, imageIn(outputs));
}

/** Takes back what an earlier check of the same resource has claimed. @param outputs that it answered. */
export function releaseRecorded({ claimed }: Claims, outputs: PropertyMap): void {
  const image = imageIn(outputs);
  for (const ref of referencesOf(image)) if (claimed.get(ref) === image.digest) claimed.delete(ref);
}

const imageIn = ({ digest, taggedRefs, mirrorRefs }: PropertyMap): ClaimingImage => ({
  digest: typeof digest === "string" ? digest : undefined,
  taggedRefs: texts(taggedRefs),
  mirrorRefs: texts(mirrorRefs),
});

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

export function claim({ claimed }: Claims, taggedRefs: readonly string[], digest: string): void {
  for (const ref of taggedRefs) {
    const before = claimed.get(ref);
    if (before !== undefined && before !== digest)
      throw lixError("REFERENCE_CLAIMED_TWICE", { reference: ref, first: before, second: digest });
    claimed.set(ref, digest);
  }
}

/**
 * What a lock must hold for the image of docker.nix.
 * @module
 */
import {
  AUTO_LAYERED,
  LAYER_GROUPS,
  LINKED_BY_BASE_SYSTEM,
} from "../formats/rootfs/default-packages.ts";

/** Attributes without output: `cacert.out` needs `cacert`. In the order of docker.nix. */
export const REQUIRED_ATTRIBUTES: readonly string[] = [
  ...LAYER_GROUPS.flat(),
  ...AUTO_LAYERED,
  ...LINKED_BY_BASE_SYSTEM,
].map((name) => name.replace(/\..*/, ""));

/** Those that are not among `attributes`, in the same order. */
export function missingAttributes(attributes: Iterable<string>): string[] {
  const there = new Set(attributes);
  return REQUIRED_ATTRIBUTES.filter((attribute) => !there.has(attribute));
}

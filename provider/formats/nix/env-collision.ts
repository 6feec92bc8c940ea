/**
 * When two sources of a buildEnv may not stand for each other, and how that is told.
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { LixImageError } from "../../base/errors.ts";
import type { VirtualStore } from "./virtual-store.ts";

/** A place in the store, and the package it comes from. */
export interface EnvSource {
  readonly path: ByteString;
  /** `curl-8.9.1`, for messages. */
  readonly label: string;
}

export type Difference = keyof typeof DIFFERENCES;

const DIFFERENCES = {
  contents: "their contents differ",
  permissions: "only one of them is executable",
  fileAndDirectory: "only one of them is a directory, and priorities do not settle that",
  dangling: "not both exist: a link is dangling",
} as const;

/** Why two that are not both directories cannot stand for each other; undefined when they can. */
export function differenceOf(
  store: VirtualStore,
  a: ByteString,
  b: ByteString,
): Difference | undefined {
  const [one, other] = [store.stat(a), store.stat(b)];
  if (one === undefined || other === undefined) return "dangling";
  if (one.kind !== "regular" || other.kind !== "regular") return "fileAndDirectory";
  if (one.executable !== other.executable) return "permissions";
  // A state keeps only the beginning of a hash.
  const digits = Math.min(one.sha256.length, other.sha256.length);
  const equal =
    one.size === other.size && one.sha256.slice(0, digits) === other.sha256.slice(0, digits);
  return equal ? undefined : "contents";
}

/** A name below the root without its slash; a store path as it is. */
export const showName = (name: ByteString): string =>
  ByteString.toText(name).replace(/^\/(?!nix\/store\/)/, "");

export class BuildEnvCollision extends LixImageError {
  readonly code = "BUILD_ENV_COLLISION";
  constructor(name: ByteString, old: EnvSource, source: EnvSource, difference: Difference) {
    const [one, other] = [old, source].map(({ path, label }) => `${showName(path)} (${label})`);
    super(
      `two packages of the profile collide at ${showName(name)}: ${one} and ${other}; ${DIFFERENCES[difference]}`,
      {
        hint:
          difference === "fileAndDirectory"
            ? "leave one of the two packages out"
            : "leave one of the two packages out, or give one a lower `priority` in the lock, which wins",
      },
    );
  }
}

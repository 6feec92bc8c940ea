/**
 * When two sources of a buildEnv collide, and the error for it.
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import type { LixImageError } from "../../base/errors.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { CollisionReason } from "../../errors/nix-errors.ts";
import type { VirtualStore } from "./virtual-store.ts";

/** A place in the store, and the package it comes from. */
export interface EnvSource {
  readonly path: ByteString;
  /** `curl-8.9.1`, for messages. */
  readonly label: string;
}

/** Why two that are not both directories cannot stand for each other; undefined when they can. */
export function differenceOf(
  store: VirtualStore,
  a: ByteString,
  b: ByteString,
): CollisionReason | undefined {
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

export const collision = (
  name: ByteString,
  [one, other]: readonly [EnvSource, EnvSource],
  reason: CollisionReason,
): LixImageError =>
  lixError("BUILD_ENV_COLLISION", {
    name: showName(name),
    sources: [shown(one), shown(other)],
    reason,
  });

const shown = ({ path, label }: EnvSource): EnvSource => ({ path: showName(path), label });

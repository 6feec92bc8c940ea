/**
 * Whether the paths of a lock can be trusted. Each needs a signature by a trusted key, or a content address.
 * Signatures do not cover a content address, so one that exists is checked as well.
 * @module
 */
import { sha256Hex } from "../base/sha256.ts";
import { checkContentAddress } from "../formats/nix/content-address.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { isSignedBy, PublicKey } from "../formats/nix/signature.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import { Location } from "./location.ts";
import type { Lock } from "./lock.ts";
import { lixError } from "../errors/lix-error.ts";

/** Locks that were verified before: a set of opaque keys, kept on this machine. */
export interface RememberedVerdicts {
  has(key: string): boolean | Promise<boolean>;
  add(key: string): void | Promise<void>;
}

export interface VerifyLockOptions {
  /** The lock's path, for messages. */
  readonly file?: string | undefined;
  /** With `sha256` of the lock's bytes, as `readLock` gives it, a verdict is reached only once. */
  readonly remembered?: RememberedVerdicts | undefined;
  readonly sha256?: string | undefined;
}

/** Throws UNTRUSTED_LOCK with every path that cannot be trusted. */
export async function verifyLock(lock: Lock, options: VerifyLockOptions = {}): Promise<void> {
  const names = [...new Set(lock.caches.flatMap((cache) => cache.trustedPublicKeys))].sort();
  const { remembered, sha256 } = options;
  const verdict = sha256 === undefined ? undefined : verdictKey(sha256, names);
  if (verdict !== undefined && (await remembered?.has(verdict)) === true) return;
  const keys = names.map((name) => PublicKey.parse(name));
  const mistakes = [...lock.systems.values()].flatMap((system) =>
    [...system.paths.values()].flatMap((info) => {
      const reason = distrust(info, keys);
      const place = ["systems", system.system, "paths", StorePath.baseName(info.storePath)];
      return reason === undefined ? [] : [`${Location.format(place)}: ${reason}`];
    }),
  );
  if (mistakes.length > 0)
    throw lixError("UNTRUSTED_LOCK", { file: options.file ?? "the lock", mistakes });
  if (verdict !== undefined) await remembered?.add(verdict);
}

/** Why a path cannot be trusted; undefined when it can. */
export function distrust(info: PathInfo, keys: readonly PublicKey[]): string | undefined {
  try {
    if (info.ca !== undefined) {
      // "needs contents" is decided when the NAR is read.
      checkContentAddress(info);
      return undefined;
    }
    return isSignedBy(info, keys) ? undefined : missingSignature(info, keys);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function missingSignature(info: PathInfo, keys: readonly PublicKey[]): string {
  if (info.signatures.length === 0) return "has neither a signature nor a ca";
  const trusted = new Set(keys.map((key) => key.name));
  const signers = info.signatures.map((signature) => signature.split(":", 1)[0] ?? "");
  const known = signers.filter((signer) => trusted.has(signer));
  if (known.length > 0)
    return `wrong signature by ${known.join(", ")}: not of this path, narHash, narSize and references`;
  return `signed only by ${signers.join(", ")}; trusted: ${[...trusted].join(", ") || "nobody"}`;
}

// Raised when a release judges more strictly than the one before.
const RULES = 1;

function verdictKey(sha256: string, keys: readonly string[]): string {
  const text = JSON.stringify(["lock verdict", RULES, sha256, keys]);
  return sha256Hex(text);
}

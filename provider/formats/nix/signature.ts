/**
 * Ed25519 signatures of store paths: `name:base64`, over a fingerprint of the path.
 * @module
 */
import * as crypto from "node:crypto";
import { lixError } from "../../errors/lix-error.ts";
import { decodeBase64, NarHash } from "./nix-hash.ts";
import type { Proofs, SignedFields } from "./path-info.ts";

// RFC 8410: what DER puts in front of a raw Ed25519 key.
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

export interface PublicKey {
  /** `cache.nixos.org-1`: chooses the signature to look at. */
  readonly name: string;
  /** Made once: making it costs as much as a verification. */
  readonly key: crypto.KeyObject;
}

export const PublicKey = {
  /** `name:base64`, as in `trusted-public-keys`. */
  parse(text: string): PublicKey {
    const [name, raw] = split(text, 32);
    if (name === "" || raw === undefined) throw lixError("INVALID_PUBLIC_KEY", { text });
    const der = Buffer.concat([SPKI_PREFIX, raw]);
    return { name, key: crypto.createPublicKey({ key: der, format: "der", type: "spki" }) };
  },
};

/** The signed text. URL, compression, deriver and ca are not in it; references are, sorted. */
export function fingerprint(info: SignedFields): string {
  const references = [...new Set(info.references)].sort().join(",");
  return `1;${info.storePath};${NarHash.toNix32(info.narHash)};${info.narSize};${references}`;
}

/**
 * Whether one signature is by one of the keys. Signatures that are malformed or by unknown keys do not count.
 */
export function isSignedBy(
  info: SignedFields & Pick<Proofs, "signatures">,
  keys: readonly PublicKey[],
): boolean {
  let message: Buffer | undefined;
  for (const signature of info.signatures) {
    const [name, raw] = split(signature, 64);
    if (raw === undefined) continue;
    for (const key of keys) {
      if (key.name !== name) continue;
      message ??= Buffer.from(fingerprint(info));
      if (crypto.verify(null, message, key.key, raw)) return true;
    }
  }
  return false;
}

/** A signature by a secret key as `nix-store --generate-binary-cache-key` writes it: seed, public half. */
export function sign(info: SignedFields, secretKey: string): string {
  const [name, raw] = split(secretKey.trim(), 64);
  if (name === "" || raw === undefined) throw lixError("INVALID_SECRET_KEY", {});
  const der = Buffer.concat([PKCS8_PREFIX, raw.subarray(0, 32)]);
  const key = crypto.createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const signature = crypto.sign(null, Buffer.from(fingerprint(info)), key);
  return `${name}:${signature.toString("base64")}`;
}

/** The public half of a secret key, as `name:base64`: it makes a cache trusted. */
export function publicHalf(secretKey: string): string {
  const [name, raw] = split(secretKey.trim(), 64);
  if (name === "" || raw === undefined) throw lixError("INVALID_SECRET_KEY", {});
  return `${name}:${Buffer.from(raw.subarray(32)).toString("base64")}`;
}

/** Name, and the bytes after the first colon if they are `size`. */
function split(text: string, size: number): readonly [string, Uint8Array | undefined] {
  const colon = text.indexOf(":");
  if (colon < 0) return ["", undefined];
  return [text.slice(0, colon), decodeBase64(text.slice(colon + 1), size)];
}

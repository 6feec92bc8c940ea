import { createHash, createPrivateKey, createPublicKey } from "node:crypto";

export interface SigningKey {
  /** `name:base64`, for a lock's trustedPublicKeys. */
  readonly publicKey: string;
  /** `name:base64`, as `nix-store --generate-binary-cache-key` writes it. */
  readonly secretKey: string;
}

// RFC 8410: what DER puts in front of a raw Ed25519 seed.
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The same for the same name, and so no secret: it may sign placeholders, nothing else. */
export function signingKey(name: string): SigningKey {
  const seed = createHash("sha256").update(`pulumi-lix test key ${name}`).digest();
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicHalf = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return {
    publicKey: `${name}:${publicHalf.toString("base64")}`,
    secretKey: `${name}:${Buffer.concat([seed, publicHalf]).toString("base64")}`,
  };
}

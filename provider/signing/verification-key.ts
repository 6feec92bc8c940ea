/**
 * The public key that verifies an image's signatures, such as a cosign.pub.
 * @module
 */
import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { sha256Hex } from "../base/sha256.ts";
import { lixError } from "../errors/lix-error.ts";

/** The types that cosign 2 and 3, containers/image, Kyverno and Flux all verify in the same way. */
export type KeyType = "ecdsa-p256" | "ed25519" | "rsa";

export interface VerificationKey {
  readonly type: KeyType;
  readonly key: KeyObject;
  /** `sha256:…` of the key in DER. `openssl pkey -pubin -in cosign.pub -outform DER | sha256sum` prints it. */
  readonly fingerprint: string;
}

export const VerificationKey = {
  /** @param pem with `BEGIN PUBLIC KEY`. @param from where it comes from, for messages. */
  parse(pem: string, from: string): VerificationKey {
    if (!/^-----BEGIN (?:RSA )?PUBLIC KEY-----\r?$/m.test(pem))
      throw lixError("IMAGE_KEY_INVALID", { from, problem: "it is no public key in PEM" });
    let key: KeyObject;
    try {
      key = createPublicKey(pem);
    } catch (cause) {
      throw lixError(
        "IMAGE_KEY_INVALID",
        { from, problem: "it is no valid public key" },
        { cause },
      );
    }
    return VerificationKey.of(key, from);
  },

  of(key: KeyObject, from: string): VerificationKey {
    // Through JWK, since DER has more than one form of the same point.
    const normal = createPublicKey({ key: key.export({ format: "jwk" }), format: "jwk" });
    const der = normal.export({ type: "spki", format: "der" });
    return { type: typeOf(key, from), key: normal, fingerprint: `sha256:${sha256Hex(der)}` };
  },

  /** False for a signature of any other form, too. */
  verifies({ key, type }: VerificationKey, message: Uint8Array, signature: Uint8Array): boolean {
    return verify(type === "ed25519" ? null : "sha256", message, key, signature);
  },
};

function typeOf(key: KeyObject, from: string): KeyType {
  const { asymmetricKeyType: type = "none", asymmetricKeyDetails: details = {} } = key;
  if (type === "ed25519") return type;
  if (type === "ec" && details.namedCurve === "prime256v1") return "ecdsa-p256";
  const bits = details.modulusLength ?? 0;
  if (type === "rsa" && RSA_BITS.includes(bits) && details.publicExponent === 65_537n) return type;
  const more = type === "ec" ? details.namedCurve : type === "rsa" ? `${bits} bits` : undefined;
  throw lixError("IMAGE_KEY_TYPE", { from, type: more === undefined ? type : `${type} (${more})` });
}

/** @see https://github.com/sigstore/protobuf-specs protos/sigstore_common.proto PublicKeyDetails */
const RSA_BITS: readonly number[] = [2048, 3072, 4096];

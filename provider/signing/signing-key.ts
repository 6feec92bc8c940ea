/**
 * The private key that signs images. Its signatures are deterministic, so that every run and every registry gets the
 * same bytes: ECDSA takes its nonce from RFC 6979.
 * @module
 */
import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { lixError } from "../errors/lix-error.ts";
import { decryptCosignKey } from "./cosign-key.ts";
import { VerificationKey } from "./verification-key.ts";

export interface SigningKey {
  readonly publicKey: VerificationKey;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export interface SigningKeyPem {
  readonly pem: string;
  /** Undefined: there is none. An empty one is a password, as in cosign. */
  readonly password: string | undefined;
  /** Where the key comes from, for messages. */
  readonly from: string;
}

export const SigningKey = {
  /** A key of cosign, PKCS#8 (also encrypted), SEC1 or PKCS#1, in PEM. */
  async parse(given: SigningKeyPem): Promise<SigningKey> {
    const key = await privateKey(given);
    const publicKey = VerificationKey.of(createPublicKey(key), given.from);
    return { publicKey, sign: signer(key, publicKey) };
  },
};

async function privateKey({ pem: text, password, from }: SigningKeyPem): Promise<KeyObject> {
  const [pem, label] = privateKeyBlock(text) ?? [];
  if (pem === undefined || label === undefined)
    throw lixError("IMAGE_KEY_INVALID", { from, problem: "it is no private key in PEM" });
  const isEncrypted = label.startsWith("ENCRYPTED ") || /^Proc-Type: 4,/m.test(pem);
  if (isEncrypted && password === undefined) throw lixError("IMAGE_KEY_ENCRYPTED", { from });
  if (COSIGN_LABELS.includes(label)) {
    const der = await decryptCosignKey({ pem, password: password ?? "", from });
    return parsed(from, () =>
      createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" }),
    );
  }
  if (!isEncrypted) return parsed(from, () => createPrivateKey(pem));
  try {
    return createPrivateKey({ key: pem, passphrase: password });
  } catch (cause) {
    throw lixError("IMAGE_KEY_PASSWORD", { from }, { cause: reason(cause) });
  }
}

/**
 * The private key without what stands around it: `openssl ecparam -genkey` puts a block with the curve before it, some
 * editors put a byte order mark there, YAML indents it, and a variable of one line has `\n` for each line break.
 */
function privateKeyBlock(text: string): readonly [pem: string, label: string] | undefined {
  const lines = text.replaceAll(/(?:\\r)?\\n|\r\n?/g, "\n").replaceAll(/^[ \t]+|[ \t]+$/gm, "");
  const [pem, label] =
    /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----\n[^]*?-----END \1-----/.exec(lines) ?? [];
  return pem === undefined || label === undefined ? undefined : [`${pem}\n`, label];
}

/** cosign has written the second one since 2.0. */
const COSIGN_LABELS = ["ENCRYPTED COSIGN PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY"];

function parsed(from: string, parse: () => KeyObject): KeyObject {
  try {
    return parse();
  } catch (cause) {
    const problem = "it is no valid private key";
    throw lixError("IMAGE_KEY_INVALID", { from, problem }, { cause: reason(cause) });
  }
}

/** OpenSSL's words alone: an error of Node may carry its arguments. */
const reason = (error: unknown): Error =>
  new Error(error instanceof Error ? error.message : String(error));

function signer(key: KeyObject, { type }: VerificationKey): SigningKey["sign"] {
  switch (type) {
    case "ecdsa-p256": {
      const secret = Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
      return (message) => p256.sign(message, secret, { format: "der", lowS: false });
    }
    case "ed25519":
      return (message) => sign(null, message, key);
    // PKCS#1 v1.5, which has no random part.
    case "rsa":
      return (message) => sign("sha256", message, key);
  }
}

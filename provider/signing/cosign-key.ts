/**
 * The private key that `cosign generate-key-pair` writes: PKCS#8 in a NaCl secretbox, whose key scrypt makes of a
 * password.
 * @see https://github.com/secure-systems-lab/go-securesystemslib/blob/main/encrypted/encrypted.go
 * @module
 */
import { scrypt, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { z } from "zod";
import { jsonIn } from "../base/json.ts";
import { lixError } from "../errors/lix-error.ts";

const base64 = z.base64().transform((text) => Buffer.from(text, "base64"));

const CosignKeyJson = z.object({
  kdf: z.object({
    name: z.literal("scrypt"),
    // The three sets of parameters that are in use. Any others could use up the memory.
    params: z.object({
      N: z.literal([2 ** 15, 2 ** 16, 2 ** 17]),
      r: z.literal(8),
      p: z.literal(1),
    }),
    salt: base64,
  }),
  cipher: z.object({ name: z.literal("nacl/secretbox"), nonce: base64 }),
  ciphertext: base64,
});

export interface EncryptedKey {
  readonly pem: string;
  readonly password: string;
  /** Where the key comes from, for messages. */
  readonly from: string;
}

/** PKCS#8 in DER. */
export async function decryptCosignKey(encrypted: EncryptedKey): Promise<Uint8Array> {
  const { pem, password, from } = encrypted;
  const body = /-----BEGIN [A-Z ]+-----([^-]*)-----END /.exec(pem)?.[1] ?? "";
  const read = CosignKeyJson.safeParse(jsonIn(Buffer.from(body, "base64").toString("utf8")));
  if (!read.success || read.data.cipher.nonce.length !== NONCE)
    throw lixError("IMAGE_KEY_INVALID", { from, problem: "it is no key that cosign wrote" });
  const { kdf, cipher, ciphertext } = read.data;
  const { N, r, p } = kdf.params;
  const options = { N, r, p, maxmem: 2 * 128 * N * r };
  const key = await deriveKey(password, kdf.salt, KEY, options);
  try {
    return xsalsa20poly1305(key, cipher.nonce).decrypt(ciphertext);
  } catch {
    throw lixError("IMAGE_KEY_PASSWORD", { from });
  }
}

const KEY = 32;
const NONCE = 24;

const deriveKey = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt);

/** What goes wrong with keys and signatures of images. @module */
import { entry } from "./entry.ts";

/** A key that signs or verifies images. */
export interface ImageKey {
  /** Where the key comes from: the path of a file, or the name of an environment variable. Never its text. */
  readonly from: string;
}

export interface SignatureTag {
  readonly reference: string;
}

export const SIGNING_ERRORS = {
  IMAGE_KEY_ENCRYPTED: entry({
    meaning:
      "A key that signs images is encrypted, and there is no `COSIGN_PASSWORD` in the environment.",
    message: ({ from }: ImageKey) =>
      `the key in ${from} is encrypted, and COSIGN_PASSWORD is not set`,
    hint: "set the environment variable COSIGN_PASSWORD to the key's password; it is read from nowhere else",
  }),
  IMAGE_KEY_INVALID: entry({
    meaning: "A key that signs or verifies images cannot be read.",
    message: ({ from, problem }: ImageKey & { readonly problem: string }) =>
      `the key in ${from}: ${problem}`,
    hint:
      "expected a PEM file: for `sign`, the cosign.key of `cosign generate-key-pair`, PKCS#8 or SEC1; to verify, " +
      "the public key cosign.pub",
  }),
  IMAGE_KEY_NOT_FOUND: entry({
    meaning:
      "The file or environment variable with the key that signs images does not exist, or is empty. Only `up` needs the " +
      "key: a preview without it takes the recorded key to be the same, with a warning.",
    message: ({ from }: ImageKey) => `no key that signs images in ${from}`,
    hint: "expected a private key in PEM, such as the cosign.key of `cosign generate-key-pair`",
  }),
  IMAGE_KEY_NOT_READ: entry({
    meaning: "An image is to be signed by a key of which only the fingerprint is known.",
    message: ({ fingerprint }: { readonly fingerprint: string }) =>
      `sign: the key ${fingerprint} was not read in this run`,
    hint: "set `sign` to { keyFile } or { keyEnv } in the program; a fingerprint is only for the state",
  }),
  IMAGE_KEY_PASSWORD: entry({
    meaning: "`COSIGN_PASSWORD` is not the password of a key that signs images.",
    message: ({ from }: ImageKey) =>
      `the key in ${from} cannot be decrypted: COSIGN_PASSWORD is wrong, or the key is damaged`,
    hint: "set the environment variable COSIGN_PASSWORD to the key's password; it is read from nowhere else",
  }),
  IMAGE_KEY_TYPE: entry({
    meaning:
      "A key that signs or verifies images is of a type that not every verifier of images knows.",
    message: ({ from, type }: ImageKey & { readonly type: string }) =>
      `the key in ${from}: expected ECDSA P-256, Ed25519, or RSA of 2048 to 4096 bits; got ${type}`,
    hint: "`cosign generate-key-pair` makes an ECDSA P-256 key, which every verifier knows",
  }),
  SIGNATURE_TAG_FOREIGN: entry({
    meaning:
      "Under the tag for an image's signatures there is something else, which is not overwritten.",
    message: ({ reference }: SignatureTag) =>
      `${reference}: expected signatures in cosign's form; there is something else`,
    hint: "remove that tag if nobody needs it",
  }),
  SIGNATURES_NOT_KEPT: entry({
    meaning: "Others kept changing the signatures of an image while ours were added to them.",
    message: ({ reference }: SignatureTag) =>
      `${reference}: our signatures were overwritten each time they were added`,
    hint: "try again when nothing else signs this image",
  }),
};

/** Digests that the test registry takes. @see https://github.com/opencontainers/image-spec/blob/main/descriptor.md#registered-algorithms @module */
import { createHash } from "node:crypto";

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export const isDigest = (text: string): boolean => DIGEST.test(text);

/** The algorithm of the requested digest; sha256, the canonical one, for a tag. */
export const algorithmOf = (name: string): Algorithm =>
  name.startsWith("sha512:") ? "sha512" : "sha256";

export type Algorithm = "sha256" | "sha512";

export const digestOf = (algorithm: Algorithm, bytes: Uint8Array): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;

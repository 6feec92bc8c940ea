/** Keys and signatures that cosign and OpenSSL made; test/vectors/signing/SOURCE.md says how. @module */
import { readFileSync } from "node:fs";
import { SigningKey } from "../../provider/signing/signing-key.ts";
import { VerificationKey } from "../../provider/signing/verification-key.ts";

/** Of every encrypted key among the vectors. */
export const PASSWORD = "correct horse";

export const signingVector = (name: string): Buffer =>
  readFileSync(new URL(`../vectors/signing/${name}`, import.meta.url));

export const signingVectorText = (name: string): string => signingVector(name).toString("utf8");

export const publicKeyVector = (name: string): VerificationKey =>
  VerificationKey.parse(signingVectorText(name), name);

/** @param password Undefined: there is none. */
export const signingKeyVector = (
  name: string,
  password: string | undefined = PASSWORD,
): Promise<SigningKey> => SigningKey.parse({ pem: signingVectorText(name), password, from: name });

/** The key that signs an image: from the program's arguments, or found again by what the state has of it. @module */
import { signedBy } from "../arguments/entries/signing.ts";
import type { Spec } from "../arguments/spec.ts";
import { lixError } from "../errors/lix-error.ts";
import type { SigningKey } from "../signing/signing-key.ts";

/** The keys that a run has read. */
export interface SigningKeys {
  /** By fingerprint. */
  readonly signingKeys: Map<string, SigningKey>;
}

/** Undefined: the image is not to be signed. */
export async function signingKeyOf(
  { signingKeys }: SigningKeys,
  { args, signingKey: source }: Pick<Spec, "args" | "signingKey">,
): Promise<SigningKey | undefined> {
  const fingerprint = signedBy(args.sign);
  if (fingerprint !== undefined) {
    const known = signingKeys.get(fingerprint);
    if (known === undefined) throw lixError("IMAGE_KEY_NOT_READ", { fingerprint });
    return known;
  }
  if (source === undefined) return undefined;
  // It takes longer to load than a check of an image that is not signed.
  const { loadSigningKey } = await import("../signing/load-key.ts");
  const key = await loadSigningKey(source);
  signingKeys.set(key.publicKey.fingerprint, key);
  return key;
}

/**
 * The argument `sign` as check answers it: with the fingerprint of the public key, in place of where the private key
 * is. So the same key under another path, or on another machine, is no change, and the state does not lead to it.
 * @module
 */
import { signingKeyOf } from "../app/signing-keys.ts";
import { signedBy } from "../arguments/entries/signing.ts";
import type { CheckedArguments } from "../arguments/parse-arguments.ts";
import type { Spec } from "../arguments/spec.ts";
import { UNKNOWN } from "../arguments/unknown.ts";
import { LixImageError } from "../base/errors.ts";
import type { ResourceSession } from "./resource-session.ts";

export interface CheckedSigner {
  /** The value to answer; undefined: as it is given. */
  readonly sign: unknown;
  readonly mistakes: readonly unknown[];
  readonly warnings: readonly string[];
}

/** @param before the fingerprint in the state. */
export async function checkSigner(
  session: ResourceSession,
  { args, incomplete, dryRun }: CheckedArguments,
  { spec, before }: { readonly spec: Spec; readonly before: string | undefined },
): Promise<CheckedSigner> {
  const answer = (sign: unknown, rest: Partial<CheckedSigner> = {}): CheckedSigner => ({
    ...{ sign, mistakes: [], warnings: [] },
    ...rest,
  });
  if (incomplete.has("sign")) return answer(undefined);
  // The fingerprint itself: a policy has changed something else in what check answered before.
  if (signedBy(args.sign) !== undefined) return answer(args.sign);
  try {
    const key = await signingKeyOf(session, spec);
    return answer(key && { fingerprint: key.publicKey.fingerprint });
  } catch (error) {
    if (!dryRun || !isAbsent(error)) return answer(args.sign, { mistakes: [error] });
    const sign = before === undefined ? UNKNOWN : { fingerprint: before };
    const meaning =
      before === undefined ? "" : `; this preview takes it to be ${before}, as before`;
    return answer(sign, { warnings: [`sign: ${error.message}${meaning}`] });
  }
}

/** Whether the key is not here, as on a pull request from a fork. One that is here and wrong is a mistake. */
const isAbsent = (error: unknown): error is LixImageError =>
  error instanceof LixImageError && ABSENT.includes(error.code);

const ABSENT = ["IMAGE_KEY_NOT_FOUND", "IMAGE_KEY_ENCRYPTED"];

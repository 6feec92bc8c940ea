/**
 * Which arguments check answered for, so that diff and push see whether a policy has changed them since: the
 * engine lets policies that remediate change what check answered, and does not check it again. The outputs that
 * come with changed arguments are those of another image.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
 *   continueStepsFromImport
 * @module
 */
import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../base/canonical-json.ts";
import { ARGUMENT_LIST, type GivenArguments } from "../arguments/table.ts";
import { isUnknown, Known, NOT_KNOWN, type Unknown } from "../arguments/unknown.ts";
import type { CheckedInputs } from "./checked-inputs.ts";
import type { ResourceSession } from "./resource-session.ts";

export const ArgumentFingerprint = {
  /** It goes into check's answer as `__checked`. */
  of({ answered }: ResourceSession, args: GivenArguments): Known<string> | Unknown {
    // An update plan holds `up` to it, where all is known.
    if (isUnknown(args)) return NOT_KNOWN;
    const fingerprint = sha256(args);
    answered.set(fingerprint, args);
    return Known.of(fingerprint);
  },

  /** Arguments without a fingerprint, from an earlier version or after a refresh, count as unchanged. */
  belongs({ args, fingerprint }: CheckedInputs): boolean {
    const before = Known.value(fingerprint);
    return before === undefined || isUnknown(args) || before === sha256(args);
  },

  /** Names of the arguments that were changed; none where check was in another session. */
  changed({ answered }: ResourceSession, { args, fingerprint }: CheckedInputs): string[] {
    const before = answered.get(Known.value(fingerprint) ?? "");
    if (before === undefined) return [];
    return ARGUMENT_LIST.map(([name]) => name)
      .filter((name) => text(before[name]) !== text(args[name]))
      .sort();
  },
};

/**
 * Arguments that are left out do not count, so that a new argument in a later version changes no fingerprint.
 */
const sha256 = (args: GivenArguments): string =>
  createHash("sha256").update(text(args)).digest("hex");

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the engine sent it, as JSON
const text = (value: unknown): string => canonicalJson((value ?? null) as Json);

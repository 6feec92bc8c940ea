/**
 * Inputs whose arguments a policy changed after check. The policy wins: the image is made from the changed
 * arguments, so its outputs are computed again before they are compared.
 * @module
 */
import type { CheckedArguments } from "../arguments/parse-arguments.ts";
import { Known } from "../arguments/unknown.ts";
import { ArgumentFingerprint } from "./argument-fingerprint.ts";
import { checkUnclaimed, type ImageBefore } from "./check-resource.ts";
import type { CheckedInputs } from "./checked-inputs.ts";
import type { ResourceSession } from "./resource-session.ts";

export interface Remediated {
  /** As check would have answered for these arguments. */
  readonly inputs: CheckedInputs;
  /** Lines for the user; none if no policy changed anything. */
  readonly remediation: readonly string[];
}

export interface ToRemedy {
  /** What check answered, and a policy may have changed. */
  readonly given: CheckedInputs;
  /** Reads the arguments of `given` as check does. */
  readonly parse: () => CheckedArguments;
  /** Relative paths are relative to it. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

export async function remediated(
  session: ResourceSession,
  before: ImageBefore,
  { given, parse, directory, signal }: ToRemedy,
): Promise<Remediated> {
  if (ArgumentFingerprint.belongs(given)) return { inputs: given, remediation: [] };
  // A dry run downloads nothing; `up` will.
  const checked = { ...parse(), dryRun: true };
  const { inputs } = await checkUnclaimed(session, before, { checked, directory, signal });
  const digest = Known.format(inputs.outputs.digest);
  return { inputs, remediation: remediationLines(session, given, String(digest)) };
}

/** @param given what check answered, and a policy may have changed. @param digest what came of it. */
export function remediationLines(
  session: ResourceSession,
  given: CheckedInputs,
  digest: string,
): string[] {
  const promised = String(Known.format(given.outputs.digest));
  if (ArgumentFingerprint.belongs(given) || promised === digest) return [];
  const names = ArgumentFingerprint.changed(session, given);
  const what = names.length === 0 ? "arguments" : names.join(", ");
  return [
    `a policy changed ${what} after the preview's digest was computed: the image is ${digest}, not ${promised}`,
  ];
}

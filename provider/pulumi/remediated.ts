/**
 * Inputs whose arguments a policy changed after check. The policy wins: the image is made from the changed
 * arguments, so its outputs are computed again before they are compared.
 * @module
 */
import type { Session } from "../app/session.ts";
import { ArgumentFingerprint } from "../resource/argument-fingerprint.ts";
import { parseArguments } from "../arguments/parse-arguments.ts";
import { checkedInputs, draftOf } from "./check.ts";
import { Known } from "../arguments/unknown.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import { PreviewOutputs } from "../resource/preview-outputs.ts";
import type { PropertyMap } from "../resource/property-map.ts";

export interface Remediated {
  /** As check would have answered for these arguments. */
  readonly inputs: PropertyMap;
  /** Lines for the user; none if no policy changed anything. */
  readonly remediation: readonly string[];
}

/** @param olds outputs in state. @param news what check answered, and a policy may have changed. */
export async function remediated(
  session: Session,
  olds: PropertyMap,
  news: PropertyMap,
  directory: string = process.cwd(),
): Promise<Remediated> {
  const given = CheckedInputs.parse(news);
  if (ArgumentFingerprint.belongs(given)) return { inputs: news, remediation: [] };
  // A dry run downloads nothing; `up` will.
  const checked = { ...parseArguments(news), dryRun: true };
  const draft = draftOf(checked, directory);
  const inputs = await checkedInputs(session, CheckedInputs.parse(olds), { checked, draft });
  const digest = Known.format(inputs.outputs.digest);
  return {
    inputs: CheckedInputs.format(inputs),
    remediation: remediationLines(given, String(digest)),
  };
}

/** @param given what check answered, and a policy may have changed. @param digest what came of it. */
export function remediationLines(given: CheckedInputs, digest: string): string[] {
  const promised = String(Known.format(given.outputs.digest));
  if (ArgumentFingerprint.belongs(given) || promised === digest) return [];
  const names = ArgumentFingerprint.changed(given);
  const what = names.length === 0 ? "arguments" : names.join(", ");
  return [
    `a policy changed ${what} after the preview's digest was computed: the image is ${digest}, not ${promised}`,
  ];
}

/**
 * If the pushed image is not the one that check computed, check's answer is kept as `__promised` in the outputs:
 * a refresh has to return the same inputs, because the engine shows each that differs from those in state.
 */
export function promisedBeside(given: CheckedInputs): PropertyMap {
  if (ArgumentFingerprint.belongs(given)) return {};
  const shown = {
    ...PreviewOutputs.format(given.outputs),
    __state: Known.format(given.state),
    __checked: Known.format(given.fingerprint),
  };
  // Null removes a value that check did not return.
  const promised = Object.entries(shown).map(([name, value]) => [name, value ?? null]);
  return { __promised: Object.fromEntries(promised) };
}

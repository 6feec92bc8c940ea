import { parseArguments } from "../arguments/parse-arguments.ts";
import { Known } from "../arguments/unknown.ts";
import { render, SeveralErrors } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import { checkAnswer } from "../resource/check-answer.ts";
import { checkResource } from "../resource/check-resource.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import { givenOutputs, outputsIn } from "../resource/given-outputs.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import type { ResourceSession } from "../resource/resource-session.ts";

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures: { readonly property: string; readonly reason: string }[];
}

export interface CheckOptions {
  /** Relative paths are relative to it. Default: that of the process. */
  readonly directory?: string;
  readonly signal?: AbortSignal | undefined;
}

/** @param olds inputs in state. @param news what the program gives. */
export async function check(
  session: ResourceSession,
  olds: PropertyMap,
  news: PropertyMap,
  { directory = process.cwd(), signal }: CheckOptions = {},
): Promise<CheckResult> {
  try {
    const asArguments = givenOutputs(session, outputsIn(olds), outputsIn(news));
    const checked = parseArguments(news, asArguments);
    const { args, state, outputs } = CheckedInputs.parse(olds);
    const before = {
      args,
      state: Known.value(state),
      planKey: Known.value(outputs.planKey),
      platforms: Known.value(outputs.platforms),
    };
    const found = await checkResource(session, before, { checked, directory, signal });
    return { inputs: await checkAnswer(session, found, { olds, news, directory }), failures: [] };
  } catch (error) {
    // No mistake of the user's.
    signal?.throwIfAborted();
    return { inputs: {}, failures: failuresOf(error) };
  }
}

/** The engine shows a failure without a property most cleanly; paths are in the text. */
function failuresOf(error: unknown): CheckResult["failures"] {
  const errors = error instanceof SeveralErrors ? error.errors : [error];
  return errors.map((each) => ({ property: "", reason: render(asFailure(each)) }));
}

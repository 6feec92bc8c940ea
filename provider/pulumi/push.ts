import { parseArguments } from "../arguments/parse-arguments.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { pushResource } from "../resource/push-resource.ts";
import { PushedResource } from "../resource/pushed-resource.ts";
import { Recorded } from "../resource/recorded.ts";
import type { ResourceSession } from "../resource/resource-session.ts";

export interface PushResult extends Pick<PushedResource, "id" | "failures"> {
  readonly outs: PropertyMap;
}

export interface PushOptions {
  /** Relative paths are relative to it. Default: that of the process. */
  readonly directory?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Create and update.
 * @param inputs what check answered, nothing unknown in it.
 * @param olds outputs in state, on an update.
 */
export async function push(
  session: ResourceSession,
  inputs: PropertyMap,
  olds: PropertyMap = {},
  { directory = process.cwd(), signal }: PushOptions = {},
): Promise<PushResult> {
  const pushed = await pushResource(session, {
    given: CheckedInputs.parse(inputs),
    checked: parseArguments(inputs),
    before: Recorded.parse(olds),
    directory,
    signal,
  });
  const { id, failures } = pushed;
  return { id, failures, outs: PushedResource.format(pushed, inputs["__provider"]) };
}

import { parseArguments } from "../arguments/parse-arguments.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import { diffResource } from "../resource/diff-resource.ts";
import type { DiffResult } from "../resource/diff-result.ts";
import { Recorded } from "../resource/recorded.ts";
import type { ResourceSession } from "../resource/resource-session.ts";

export interface ToDiff {
  readonly id: string;
  /** Outputs in state. */
  readonly olds: PropertyMap;
  /** What check answered, and a policy may have changed; may hold unknowns. */
  readonly news: PropertyMap;
}

export interface DiffOptions extends ToDiff {
  /** Relative paths are relative to it. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

export function diff(
  session: ResourceSession,
  { id, olds, news, directory, signal }: DiffOptions,
): Promise<DiffResult> {
  const given = CheckedInputs.parse(news);
  const parse = () => parseArguments(news);
  return diffResource(session, Recorded.parse(olds), { id, given, parse, directory, signal });
}

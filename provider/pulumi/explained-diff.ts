/** diff, with lines for the user about what changes. @module */
import type { Session } from "../app/session.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { Recorded } from "../resource/recorded.ts";
import { sayOnce } from "../resource/say-once.ts";
import { summarize } from "../resource/summary.ts";
import { Unchanged } from "../resource/unchanged.ts";
import { diff, type DiffResult } from "./diff.ts";
import { remediated } from "./remediated.ts";

export interface ToDiff {
  readonly id: string;
  /** Outputs in state. */
  readonly olds: PropertyMap;
  /** What check answered. */
  readonly news: PropertyMap;
  /** Relative paths are relative to it. */
  readonly directory: string;
}

export async function explainedDiff(
  session: Session,
  { id, olds, news, directory }: ToDiff,
): Promise<DiffResult> {
  const { inputs, remediation } = await remediated(session, olds, news, directory);
  const result = diff(olds, inputs, directory);
  if (result.changes)
    sayOnce(id, [...remediation, ...summarize(Recorded.parse(olds), CheckedInputs.parse(inputs))]);
  else if (inputs === news)
    await session.cache.unchanged.add(await Unchanged.diff(olds, news, directory));
  return result;
}

import { parseArguments } from "../arguments/parse-arguments.ts";
import { ArgumentFingerprint } from "../resource/argument-fingerprint.ts";
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
  /** Of `Unchanged.diff`: an unchanged image is remembered by it. Default: none is. */
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function diff(
  session: ResourceSession,
  { id, olds, news, directory, key, signal }: DiffOptions,
): Promise<DiffResult> {
  const given = CheckedInputs.parse(news);
  const parse = () => parseArguments(news);
  const toDiff = { id, given, parse, directory, signal };
  const result = await diffResource(session, Recorded.parse(olds), toDiff);
  if (!result.changes && ArgumentFingerprint.belongs(given)) await session.cache.unchanged.add(key);
  return result;
}

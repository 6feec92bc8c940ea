/**
 * The methods of a provider on the engine's property maps, as both faces of Pulumi call them: the dynamic
 * provider's (lifecycle.ts) and the plugin's (`provider/plugin`). Each reads its maps and calls `provider/resource`.
 * @module
 */
import { claimRecorded, type Claims } from "../resource/claims.ts";
import { NO_CHANGE, type DiffResult } from "../resource/diff-result.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import type { ResourceSession } from "../resource/resource-session.ts";
import { Unchanged } from "../resource/unchanged.ts";
import type { CheckResult } from "./check.ts";
import type { ToDiff } from "./diff.ts";
import type { PushResult } from "./push.ts";
import type { ReadResult } from "./read.ts";

/** What a face gives to each call of a method. */
export interface Call {
  /** Of all resources of the operation. */
  readonly claims: Claims;
  /** Made when the first call needs it. */
  readonly session: () => Promise<ResourceSession>;
  /** Of the local cache. Default: that of the environment. */
  readonly cacheFolder?: string | undefined;
  /** Relative paths are relative to it. */
  readonly directory: string;
  /** Aborts when the user cancels the operation, or the resource's time is over. */
  readonly signal?: AbortSignal | undefined;
}

// An operation that finds nothing changed, as on most days, loads nothing of what is imported below.

export async function check(
  call: Call,
  olds: PropertyMap,
  news: PropertyMap,
): Promise<CheckResult> {
  const { directory, signal } = call;
  const key = await Unchanged.check(olds, news, directory);
  if (await Unchanged.isKnown(key, call.cacheFolder)) {
    claimRecorded(call.claims, olds);
    return { inputs: olds, failures: [] };
  }
  const { check: checkInputs } = await import("./check.ts");
  return checkInputs(await call.session(), olds, news, { directory, key, signal });
}

export async function diff(call: Call, { id, olds, news }: ToDiff): Promise<DiffResult> {
  const { directory, signal } = call;
  const key = await Unchanged.diff(olds, news, directory);
  if (await Unchanged.isKnown(key, call.cacheFolder)) return NO_CHANGE;
  const { diff: diffInputs } = await import("./diff.ts");
  return diffInputs(await call.session(), { id, olds, news, directory, key, signal });
}

export async function create(call: Call, inputs: PropertyMap): Promise<PushResult> {
  const { push } = await import("./push.ts");
  return push(await call.session(), inputs, {}, call);
}

/** @param olds outputs in state. */
export async function update(
  call: Call,
  olds: PropertyMap,
  news: PropertyMap,
): Promise<PushResult> {
  const { push } = await import("./push.ts");
  const { prune } = await import("./delete.ts");
  const session = await call.session();
  const result = await push(session, news, olds, call);
  await prune(session, { olds, news: result.outs, signal: call.signal });
  return result;
}

/** @param props outputs in state. */
export async function read(call: Call, id: string, props: PropertyMap): Promise<ReadResult> {
  const { read: readRegistry } = await import("./read.ts");
  return readRegistry(await call.session(), id, props, call);
}

/** @param props outputs in state. */
export async function remove(call: Call, props: PropertyMap): Promise<void> {
  const { remove: removeImage } = await import("./delete.ts");
  await removeImage(props, await call.session(), call.signal);
}

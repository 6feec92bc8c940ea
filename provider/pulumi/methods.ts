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
  const { directory, claims, signal } = call;
  const key = await Unchanged.check({ olds, news, directory });
  if (await Unchanged.isKnown(key, olds, call.cacheFolder)) {
    claimRecorded(claims, olds);
    claims.unchanged.set(Unchanged.text(olds), olds);
    return { inputs: olds, failures: [] };
  }
  const { check: checkInputs } = await import("./check.ts");
  return checkInputs(await sessionOf(call), olds, news, { directory, signal });
}

export async function diff(call: Call, { id, olds, news }: ToDiff): Promise<DiffResult> {
  const { directory, claims, signal } = call;
  // What a policy has changed since is not among them.
  const isAnswer = claims.unchanged.has(Unchanged.text(news));
  if (isAnswer && Unchanged.isPartOf(news, olds)) return NO_CHANGE;
  const { diff: diffInputs } = await import("./diff.ts");
  return diffInputs(await sessionOf(call), { id, olds, news, directory, signal });
}

export async function create(call: Call, inputs: PropertyMap): Promise<PushResult> {
  const { push } = await import("./push.ts");
  return push(await sessionOf(call), inputs, {}, call);
}

/** @param olds outputs in state. */
export async function update(
  call: Call,
  olds: PropertyMap,
  news: PropertyMap,
): Promise<PushResult> {
  const { push } = await import("./push.ts");
  const { prune } = await import("./delete.ts");
  const session = await sessionOf(call);
  const result = await push(session, news, olds, call);
  await prune(session, { olds, news: result.outs, signal: call.signal });
  return result;
}

export interface ReadState {
  /** Outputs. */
  readonly props: PropertyMap;
  /** None from the dynamic provider, which does not get them. */
  readonly inputs: PropertyMap;
}

export async function read(
  call: Call,
  id: string,
  { props, inputs }: ReadState,
): Promise<ReadResult> {
  const { read: readRegistry } = await import("./read.ts");
  const isManaged = "__checked" in inputs;
  return readRegistry(await sessionOf(call), id, props, { signal: call.signal, isManaged });
}

/** `pulumi import`. */
export async function importImage(call: Call, id: string): Promise<ReadResult> {
  const { importImage: importFromRegistry } = await import("./read.ts");
  return importFromRegistry(id, call);
}

/** @param props outputs in state. */
export async function remove(call: Call, props: PropertyMap): Promise<void> {
  const { remove: removeImage } = await import("./delete.ts");
  await removeImage(props, await sessionOf(call), call.signal);
}

async function sessionOf(call: Call): Promise<ResourceSession> {
  const session = await call.session();
  if (session.recalled.size < session.unchanged.size) {
    const { recall } = await import("../resource/recall.ts");
    recall(session);
  }
  return session;
}

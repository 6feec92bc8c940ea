/**
 * The six methods that @pulumi/pulumi's dynamic provider calls. Errors become text here, once.
 * @see @pulumi/pulumi/cmd/dynamic-provider
 * @module
 */
import { LixImageError, render } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { Session } from "../build/session.ts";
import { check as checkInputs, type CheckResult } from "./check.ts";
import { diff as diffOutputs, type DiffResult } from "./diff.ts";
import { engineSink } from "./engine-log.ts";
import type { PushResult } from "./push.ts";
import type { ReadResult } from "./read-result.ts";
import { sayOnce } from "./say-once.ts";
import { summarize } from "./summary.ts";
import type { Wire } from "./wire.ts";

// At once, not with the session: a destroy has none, and may have something to say.
const sink = engineSink();
if (sink !== undefined) log.install(sink);

let shared: Session | undefined;

/** One serves all resources of the process. */
const session = (): Session => (shared ??= new Session());

export const check = (olds: Wire, news: Wire): Promise<CheckResult> =>
  told(() => checkInputs(session(), olds, news));

export const diff = (id: string, olds: Wire, news: Wire): Promise<DiffResult> =>
  told(() => {
    const result = diffOutputs(olds, news);
    if (result.changes) sayOnce(id, summarize(olds, news));
    return Promise.resolve(result);
  });

// What follows needs the registry's client, which an operation that finds nothing changed does not load.
export const create = (inputs: Wire): Promise<PushResult> =>
  told(async () => {
    const { push } = await import("./push.ts");
    return push(session(), inputs);
  });

export const update = (_id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }> =>
  told(async () => {
    const { push } = await import("./push.ts");
    const { removeDropped } = await import("./delete.ts");
    const { outs } = await push(session(), news, olds);
    await removeDropped(olds, outs);
    return { outs };
  });

export const read = (id: string, props: Wire): Promise<ReadResult> =>
  told(async () => {
    const { read: readRegistry } = await import("./read.ts");
    return readRegistry(id, props);
  });

const deleteImage = (_id: string, props: Wire): Promise<void> =>
  told(async () => {
    const { remove } = await import("./delete.ts");
    await remove(props);
  });
export { deleteImage as delete };

/** Pulumi shows an error's message and nothing else. */
async function told<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await method();
  } catch (error) {
    const failure = new Error(render(error), { cause: error });
    failure.name = "";
    // The SDK prints it beside the message. Where we noticed a user's mistake tells that user nothing.
    failure.stack = error instanceof LixImageError ? "" : String(Object(error).stack);
    throw failure;
  } finally {
    await sink?.settled();
  }
}

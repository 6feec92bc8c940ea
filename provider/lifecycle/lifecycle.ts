/**
 * The six methods that @pulumi/pulumi's dynamic provider calls. Errors become text here, once.
 * @see @pulumi/pulumi/cmd/dynamic-provider
 * @module
 */
import { render } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { Session } from "../build/session.ts";
import { check as checkInputs, type CheckResult } from "./check.ts";
import { remove, removeDroppedTags } from "./delete.ts";
import { diff as diffOutputs, type DiffResult } from "./diff.ts";
import { engineSink } from "./engine-log.ts";
import { push, type PushResult } from "./push.ts";
import { read as readRegistry, type ReadResult } from "./read.ts";
import type { Wire } from "./wire.ts";

let shared: Session | undefined;

/** One session serves all resources of the process. */
function session(): Session {
  if (shared === undefined) {
    const sink = engineSink();
    if (sink !== undefined) log.install(sink);
    shared = new Session();
  }
  return shared;
}

export const check = (olds: Wire, news: Wire): Promise<CheckResult> =>
  checkInputs(session(), olds, news);

export const diff = (_id: string, olds: Wire, news: Wire): Promise<DiffResult> =>
  told(() => Promise.resolve(diffOutputs(olds, news)));

export const create = (inputs: Wire): Promise<PushResult> => told(() => push(session(), inputs));

export const update = (_id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }> =>
  told(async () => {
    const { outs } = await push(session(), news, olds);
    await removeDroppedTags(olds, outs);
    return { outs };
  });

export const read = (id: string, props: Wire): Promise<ReadResult> =>
  told(() => readRegistry(id, props));

const deleteImage = (_id: string, props: Wire): Promise<void> => told(() => remove(props));
export { deleteImage as delete };

/** Pulumi shows an error's message and nothing else. */
async function told<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await method();
  } catch (error) {
    throw new Error(render(error), { cause: error });
  }
}

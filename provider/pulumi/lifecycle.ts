/**
 * The six methods that @pulumi/pulumi's dynamic provider calls: methods.ts, with the log of the dynamic provider's
 * process. Errors become text here, once.
 * @see @pulumi/pulumi/cmd/dynamic-provider
 * @module
 */
import { render } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import { withLog } from "../base/log.ts";
import { Claims } from "../resource/claims.ts";
import type { DiffResult } from "../resource/diff-result.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import type { ResourceSession } from "../resource/resource-session.ts";
import type { CheckResult } from "./check.ts";
import { engineCancel } from "./engine-cancel.ts";
import { engineSink } from "./engine-log.ts";
import type { Call } from "./methods.ts";
import * as methods from "./methods.ts";
import { PartlyPushed, requireComplete } from "./partly-pushed.ts";
import { answers, printOnce } from "./print-once.ts";
import type { PushResult } from "./push.ts";
import type { ReadResult } from "./read.ts";

const sink = engineSink();
if (sink !== undefined) printOnce();

const cancel = engineCancel();
let made: Promise<ResourceSession> | undefined;
const claims = Claims.none();

/** The engine starts a process for each operation, and calls all methods of all resources in it. */
const call = (): Call => ({
  claims,
  session: () =>
    (made ??= import("../resource/resource-session.ts").then(
      (module) => new module.ResourceSession(undefined, claims),
    )),
  directory: process.cwd(),
  signal: cancel,
});

export const check = (olds: PropertyMap, news: PropertyMap): Promise<CheckResult> =>
  asPulumiError(() => methods.check(call(), olds, news));

export const diff = (id: string, olds: PropertyMap, news: PropertyMap): Promise<DiffResult> =>
  asPulumiError(() => methods.diff(call(), { id, olds, news }));

export const create = (inputs: PropertyMap): Promise<Recordable> =>
  asPulumiError(async () => requireComplete(await methods.create(call(), inputs)));

export const update = (
  _id: string,
  olds: PropertyMap,
  news: PropertyMap,
): Promise<{ outs: PropertyMap }> =>
  asPulumiError(async () => requireComplete(await methods.update(call(), olds, news)));

export const read = (id: string, props: PropertyMap): Promise<ReadResult> =>
  asPulumiError(() => methods.read(call(), id, { props, inputs: {} }));

const deleteImage = (_id: string, props: PropertyMap): Promise<void> =>
  asPulumiError(() => methods.remove(call(), props));
export { deleteImage as delete };

type Recordable = Pick<PushResult, "id" | "outs">;

/** Pulumi shows an error's message and nothing else; of one that is recorded, its reasons. */
async function asPulumiError<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await (sink === undefined ? method() : withLog(sink, method));
  } catch (thrown) {
    // Whatever it broke, a cancel is why it ended.
    const error: unknown = cancel.aborted ? cancel.reason : thrown;
    const failure = new Error(render(asFailure(error)), { cause: error });
    failure.name = "";
    if (error instanceof PartlyPushed)
      Object.assign(failure, {
        id: error.id,
        properties: error.properties,
        reasons: [failure.message],
      });
    // The SDK prints it beside the message, which has the frames of a bug.
    failure.stack = "";
    answers(failure);
    throw failure;
  } finally {
    await sink?.settled();
  }
}

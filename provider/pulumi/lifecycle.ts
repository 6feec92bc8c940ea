/**
 * The six methods that @pulumi/pulumi's dynamic provider calls, each with a file of its name (create and
 * update are push.ts). Each reads the engine's property maps into `CheckedInputs` and `Recorded`, and errors
 * become text here, once.
 *
 * check: `parse-arguments` → `preview-image` → `claims`, `plans`
 * diff: `recorded` beside what check answered → `summary`, by `say-once`
 * push: `destinations` → build/publish; after an update `delete` removes what is no longer asked for
 * read: `recorded`, `recorded-blobs` → `drift`; `look-up` for an image that this stack did not push
 *
 * @see @pulumi/pulumi/cmd/dynamic-provider
 * @module
 */
import { render } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import { withLog } from "../base/log.ts";
import { Session } from "../app/session.ts";
import { check as checkInputs, type CheckResult } from "./check.ts";
import { diff as diffOutputs, type DiffResult } from "./diff.ts";
import { engineSink } from "./engine-log.ts";
import { PartlyPushed } from "./partly-pushed.ts";
import { answers, printOnce } from "./print-once.ts";
import type { PushResult } from "./push.ts";
import type { ReadResult } from "./read-result.ts";
import { remediated } from "./remediated.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import { Recorded } from "../resource/recorded.ts";
import { sayOnce } from "../resource/say-once.ts";
import { summarize } from "../resource/summary.ts";
import type { PropertyMap } from "../resource/property-map.ts";

// At once, not with the session: a destroy has none, and may have something to say.
const sink = engineSink();
if (sink !== undefined) printOnce();

let shared: Session | undefined;

/** One serves all resources of the process. */
const session = (): Session => (shared ??= new Session());

export const check = (olds: PropertyMap, news: PropertyMap): Promise<CheckResult> =>
  asPulumiError(() => checkInputs(session(), olds, news));

export const diff = (id: string, olds: PropertyMap, news: PropertyMap): Promise<DiffResult> =>
  asPulumiError(async () => {
    const { inputs, remediation } = await remediated(session(), olds, news);
    const result = diffOutputs(olds, inputs);
    if (result.changes)
      sayOnce(id, [
        ...remediation,
        ...summarize(Recorded.parse(olds), CheckedInputs.parse(inputs)),
      ]);
    return result;
  });

// What follows needs the registry's client, which an operation that finds nothing changed does not load.
export const create = (inputs: PropertyMap): Promise<Recordable> =>
  asPulumiError(async () => {
    const { push } = await import("./push.ts");
    return requireComplete(await push(session(), inputs));
  });

export const update = (
  _id: string,
  olds: PropertyMap,
  news: PropertyMap,
): Promise<{ outs: PropertyMap }> =>
  asPulumiError(async () => {
    const { push } = await import("./push.ts");
    const { pruneUnreferenced } = await import("./delete.ts");
    const result = await push(session(), news, olds);
    await pruneUnreferenced(olds, result.outs);
    return requireComplete(result);
  });

export const read = (id: string, props: PropertyMap): Promise<ReadResult> =>
  asPulumiError(async () => {
    const { read: readRegistry } = await import("./read.ts");
    return readRegistry(id, props);
  });

const deleteImage = (_id: string, props: PropertyMap): Promise<void> =>
  asPulumiError(async () => {
    const { remove } = await import("./delete.ts");
    await remove(props);
  });
export { deleteImage as delete };

type Recordable = Pick<PushResult, "id" | "outs">;

function requireComplete({ id, outs, failures }: PushResult): Recordable {
  if (failures.length > 0) throw new PartlyPushed({ id, outs }, failures);
  return { id, outs };
}

/** Pulumi shows an error's message and nothing else; of one that is recorded, its reasons. */
async function asPulumiError<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await (sink === undefined ? method() : withLog(sink, method));
  } catch (error) {
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

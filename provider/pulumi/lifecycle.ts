/**
 * The six methods that @pulumi/pulumi's dynamic provider calls, each with a file of its name (create and
 * update are push.ts). Each reads the engine's property maps into `CheckedInputs` and `Recorded`, and errors
 * become text here, once.
 *
 * check: `unchanged`, or `parse-arguments` → `preview-image` → `claims`, `plans`
 * diff: `unchanged`, or `recorded` beside what check answered → `summary`, by `say-once`
 * push: `destinations` → build/publish; after an update `delete` removes what is no longer asked for
 * read: `recorded`, `recorded-blobs` → `drift`; `look-up` for an image that this stack did not push
 *
 * @see @pulumi/pulumi/cmd/dynamic-provider
 * @module
 */
import { render } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import { withLog } from "../base/log.ts";
import type { Session } from "../app/session.ts";
import { cacheFolder } from "../image/folder.ts";
import { unchangedNotes } from "../image/unchanged-notes.ts";
import type { CheckResult } from "./check.ts";
import type { DiffResult } from "./diff.ts";
import { engineSink } from "./engine-log.ts";
import { PartlyPushed } from "./partly-pushed.ts";
import { answers, printOnce } from "./print-once.ts";
import type { PushResult } from "./push.ts";
import type { ReadResult } from "./read-result.ts";
import { claimRecorded } from "../resource/claims.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { Unchanged } from "../resource/unchanged.ts";

// At once, not with the session: a destroy has none, and may have something to say.
const sink = engineSink();
if (sink !== undefined) printOnce();

let shared: Promise<Session> | undefined;

/** One serves all resources of the process. */
const session = (): Promise<Session> =>
  (shared ??= import("../app/session.ts").then((module) => new module.Session()));

// An operation that finds nothing changed, as on most days, loads nothing of what is imported below.

export const check = (olds: PropertyMap, news: PropertyMap): Promise<CheckResult> =>
  asPulumiError(async () => {
    const directory = process.cwd();
    const key = await Unchanged.check(olds, news, directory);
    if (await unchangedNotes(cacheFolder()).has(key)) {
      claimRecorded(olds);
      return { inputs: olds, failures: [] };
    }
    const { check: checkInputs } = await import("./check.ts");
    return checkInputs(await session(), olds, news, directory);
  });

export const diff = (id: string, olds: PropertyMap, news: PropertyMap): Promise<DiffResult> =>
  asPulumiError(async () => {
    const directory = process.cwd();
    const key = await Unchanged.diff(olds, news, directory);
    if (await unchangedNotes(cacheFolder()).has(key))
      return { changes: false, replaces: [], deleteBeforeReplace: false };
    const { explainedDiff } = await import("./explained-diff.ts");
    return explainedDiff(await session(), { id, olds, news, directory });
  });

export const create = (inputs: PropertyMap): Promise<Recordable> =>
  asPulumiError(async () => {
    const { push } = await import("./push.ts");
    return requireComplete(await push(await session(), inputs));
  });

export const update = (
  _id: string,
  olds: PropertyMap,
  news: PropertyMap,
): Promise<{ outs: PropertyMap }> =>
  asPulumiError(async () => {
    const { push } = await import("./push.ts");
    const { pruneUnreferenced } = await import("./delete.ts");
    const result = await push(await session(), news, olds);
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

/**
 * The six methods that @pulumi/pulumi's dynamic provider calls. Each has a file of its name, which reads the
 * engine's property maps and calls `provider/resource`; create and update are push.ts. Errors become text here,
 * once.
 * @see @pulumi/pulumi/cmd/dynamic-provider
 * @module
 */
import { render } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import { withLog } from "../base/log.ts";
import { claimRecorded, type Claims } from "../resource/claims.ts";
import type { DiffResult } from "../resource/diff-resource.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import type { ResourceSession } from "../resource/resource-session.ts";
import { Unchanged } from "../resource/unchanged.ts";
import type { CheckResult } from "./check.ts";
import { engineSink } from "./engine-log.ts";
import { PartlyPushed } from "./partly-pushed.ts";
import { answers, printOnce } from "./print-once.ts";
import type { PushResult } from "./push.ts";
import type { ReadResult } from "./read.ts";

const sink = engineSink();
if (sink !== undefined) printOnce();

const claims: Claims = { claimed: new Map() };
let made: Promise<ResourceSession> | undefined;

/** The engine starts a process for each operation, and calls all methods of all resources in it. */
const session = (): Promise<ResourceSession> =>
  (made ??= import("../resource/resource-session.ts").then(
    (module) => new module.ResourceSession(undefined, claims),
  ));

// An operation that finds nothing changed, as on most days, loads nothing of what is imported below.

export const check = (olds: PropertyMap, news: PropertyMap): Promise<CheckResult> =>
  asPulumiError(async () => {
    const directory = process.cwd();
    const key = await Unchanged.check(olds, news, directory);
    if (await Unchanged.isKnown(key)) {
      claimRecorded(claims, olds);
      return { inputs: olds, failures: [] };
    }
    const { check: checkInputs } = await import("./check.ts");
    return checkInputs(await session(), olds, news, { directory, key });
  });

export const diff = (id: string, olds: PropertyMap, news: PropertyMap): Promise<DiffResult> =>
  asPulumiError(async () => {
    const directory = process.cwd();
    const key = await Unchanged.diff(olds, news, directory);
    if (await Unchanged.isKnown(key))
      return { changes: false, replaces: [], deleteBeforeReplace: false };
    const { diff: diffInputs } = await import("./diff.ts");
    return diffInputs(await session(), { id, olds, news, directory, key });
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
    const { prune } = await import("./delete.ts");
    const result = await push(await session(), news, olds);
    await prune(await session(), olds, result.outs);
    return requireComplete(result);
  });

export const read = (id: string, props: PropertyMap): Promise<ReadResult> =>
  asPulumiError(async () => {
    const { read: readRegistry } = await import("./read.ts");
    return readRegistry(await session(), id, props);
  });

const deleteImage = (_id: string, props: PropertyMap): Promise<void> =>
  asPulumiError(async () => {
    const { remove } = await import("./delete.ts");
    await remove(props, await session());
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

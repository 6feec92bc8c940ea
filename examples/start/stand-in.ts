/**
 * What an engine does in one operation, for a program whose only custom resource is one LixImage: runs the
 * program under Pulumi's own mocks, and lets the provider check, diff, create, update or read. An operation
 * is a process of its own, as with an engine:
 *
 *     PULUMI_CONFIG={…} node stand-in.ts preview|up|refresh PROGRAM PROJECT STACK STATE.json
 *
 * Prints what happened as JSON.
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runtime } from "@pulumi/pulumi";
import * as provider from "pulumi-lix/provider";
import { z } from "zod";
import { IMAGE_TYPE, type StepOp } from "./stack.ts";

const Properties = z.record(z.string(), z.unknown());
type Properties = z.output<typeof Properties>;

const Resource = z.object({ id: z.string(), inputs: Properties, outputs: Properties });
type Resource = z.output<typeof Resource>;

interface Step {
  readonly op: StepOp;
  readonly resource: Resource;
}

async function operate(
  operation: string,
  { program, project, stack, state }: Readonly<Record<string, string>>,
): Promise<Step> {
  const before = await readState(state ?? "");
  if (operation === "refresh") {
    if (before === undefined) throw new Error("there is no image to refresh");
    const { id, props, inputs } = await provider.read(before.id, before.outputs);
    return keep(state ?? "", { op: "update", resource: { id, inputs, outputs: props } });
  }
  const isPreview = operation === "preview";
  const step = Promise.withResolvers<Step>();
  await runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      async newResource({ type, name, inputs }) {
        if (type !== IMAGE_TYPE) return { id: name, state: {} };
        try {
          const planned = await plan(before, Properties.parse(inputs));
          const done = isPreview ? planned : await apply(before, planned);
          step.resolve(done);
          return { id: done.resource.id, state: done.resource.outputs };
        } catch (error) {
          step.reject(error);
          return { id: name, state: {} };
        }
      },
    },
    project,
    stack,
    isPreview,
  );
  await import(join(program ?? "", "index.ts"));
  const done = await step.promise;
  return isPreview ? done : keep(state ?? "", done);
}

/** check and diff, in an engine's order. */
async function plan(before: Resource | undefined, news: Properties): Promise<Step> {
  const { inputs, failures } = await provider.check(before?.inputs ?? {}, news);
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
  const planned = (op: StepOp): Step => ({
    op,
    resource: { id: before?.id ?? "", inputs, outputs: inputs },
  });
  if (before === undefined) return planned("create");
  const { changes, replaces } = await provider.diff(before.id, before.outputs, inputs);
  if (!changes) return { op: "same", resource: { ...before, inputs } };
  return planned(replaces.length > 0 ? "replace" : "update");
}

async function apply(before: Resource | undefined, { op, resource }: Step): Promise<Step> {
  const { inputs } = resource;
  if (op === "same") return { op, resource };
  if (op === "update" && before !== undefined) {
    const { outs } = await provider.update(before.id, before.outputs, inputs);
    return { op, resource: { id: before.id, inputs, outputs: outs } };
  }
  // A replaced image would be deleted next; this story never replaces one.
  const { id, outs } = await provider.create(inputs);
  return { op, resource: { id, inputs, outputs: outs } };
}

async function readState(file: string): Promise<Resource | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : Resource.parse(JSON.parse(text));
}

async function keep(file: string, step: Step): Promise<Step> {
  await writeFile(file, JSON.stringify(step.resource));
  return step;
}

const [operation = "", program = "", project = "", stack = "", state = ""] = process.argv.slice(2);
try {
  process.stdout.write(
    JSON.stringify(await operate(operation, { program, project, stack, state })),
  );
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

import { withHost, type Host } from "../../test/protocol/host/host.ts";
import type { Result } from "../../test/protocol/host/steps.ts";
import { IMAGE_TYPE, recordedImage, type Stack, type StepOp } from "./stack.ts";
import { type Lent, PROJECT } from "./workplace.ts";

/** Lends a stack without an engine: the real SDK and the real provider process, driven by the tests' host. */
export function withHostStack<T>(place: Lent, use: (stack: Stack) => Promise<T>): Promise<T> {
  return withHost(
    { program: place.program, project: PROJECT, stack: place.stackName, env: place.env },
    (host) => use(stackOf(host)),
  );
}

function stackOf(host: Host): Stack {
  return {
    setConfig: async (key, value) => {
      host.config = { plain: { ...host.config.plain, [`${PROJECT}:${key}`]: value } };
    },
    preview: async () => {
      const digest = imageStep(succeeded(await host.preview()))?.newInputs?.["digest"];
      return String(digest);
    },
    up: async () => {
      const op = imageStep(succeeded(await host.up()))?.op;
      return OPS.find((known) => known === op) ?? "same";
    },
    refresh: async () => {
      succeeded(await host.refresh());
    },
    image: async () => recordedImage(host.state),
  };
}

const OPS: readonly StepOp[] = ["create", "update", "replace", "same"];

const imageStep = (result: Result) => result.steps.find((step) => step.urn.includes(IMAGE_TYPE));

function succeeded(result: Result): Result {
  if (result.failed !== undefined) throw new Error(result.failed);
  return result;
}

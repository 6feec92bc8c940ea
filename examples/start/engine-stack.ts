import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  LocalWorkspace,
  type EngineEvent,
  type OpMap,
  type PulumiCommand,
  type Stack as EngineStack,
} from "@pulumi/pulumi/automation/index.js";
import { IMAGE_TYPE, recordedImage, type Stack, type StepOp } from "./stack.ts";
import type { Lent } from "./workplace.ts";

/** Lends a stack of a real engine, driven by the Automation API as `pulumi up` would be by hand. */
export async function withEngineStack<T>(
  place: Lent,
  pulumiCommand: PulumiCommand,
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
  // The engine writes a stack's configuration beside Pulumi.yaml and nowhere else.
  const config = join(place.projectFolder, `Pulumi.${place.stackName}.yaml`);
  await rm(config, { force: true });
  try {
    const stack = await LocalWorkspace.createStack(
      { stackName: place.stackName, workDir: place.projectFolder },
      {
        pulumiCommand,
        pulumiHome: join(place.folder, "home"),
        envVars: {
          ...place.env,
          PULUMI_BACKEND_URL: `file://${place.folder}`,
          PULUMI_CONFIG_PASSPHRASE: place.passphrase,
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    return await use(stackOf(stack));
  } finally {
    await rm(config, { force: true });
  }
}

function stackOf(stack: EngineStack): Stack {
  return {
    setConfig: (key, value) => stack.setConfig(key, { value }),
    preview: async () => {
      const digests: string[] = [];
      await stack.preview({ onEvent: (event) => digests.push(...plannedDigest(event)) });
      return digests.at(-1) ?? "";
    },
    up: async () => opOf((await stack.up()).summary.resourceChanges),
    refresh: async () => {
      await stack.refresh();
    },
    image: async () => recordedImage(await stack.exportStack()),
  };
}

function plannedDigest(event: EngineEvent): string[] {
  const metadata = event.resourcePreEvent?.metadata;
  if (metadata?.type !== IMAGE_TYPE) return [];
  const digest: unknown = metadata.new?.inputs["digest"];
  return typeof digest === "string" ? [digest] : [];
}

/** The stack itself is the other resource; it is created with the image and never changes after. */
function opOf(changes: OpMap | undefined): StepOp {
  const happened = (op: StepOp): boolean => (changes?.[op] ?? 0) > 0;
  return (["replace", "create", "update"] as const).find(happened) ?? "same";
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { RecordedImage, type Stack } from "./stack.ts";
import { type Lent, PROJECT } from "./workplace.ts";

const Step = z.object({
  op: z.enum(["create", "update", "replace", "same"]),
  resource: z.object({ outputs: z.unknown() }),
});
type Step = z.output<typeof Step>;

/** Lends a stack without an engine: the real SDK and the real provider, driven by stand-in.ts. */
export function withStandInStack<T>(place: Lent, use: (stack: Stack) => Promise<T>): Promise<T> {
  const config: Record<string, string> = {};
  let last: Step | undefined;
  const run = async (operation: "preview" | "up" | "refresh"): Promise<Step> => {
    last = await operate(operation, place, config);
    return last;
  };
  const image = (step: Step | undefined): RecordedImage =>
    RecordedImage.parse(step?.resource.outputs);
  return use({
    setConfig: async (key, value) => {
      config[`${PROJECT}:${key}`] = value;
    },
    preview: async () => PreviewedImage.parse((await run("preview")).resource.outputs).digest,
    up: async () => (await run("up")).op,
    refresh: async () => {
      await run("refresh");
    },
    image: async () => image(last),
  });
}

const PreviewedImage = z.object({ digest: z.string() });

/** In the program's folder, as an engine runs a program and its provider. */
async function operate(
  operation: string,
  place: Lent,
  config: Readonly<Record<string, string>>,
): Promise<Step> {
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "stand-in.ts"),
      ...[operation, place.program, PROJECT, place.stackName, join(place.folder, "state.json")],
    ],
    {
      cwd: place.program,
      env: { ...process.env, ...place.env, PULUMI_CONFIG: JSON.stringify(config) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(stderr.trim());
  return Step.parse(JSON.parse(stdout));
}

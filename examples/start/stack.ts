/** What the story needs of a Pulumi stack, with or without a real engine. @module */
import { z } from "zod";

export interface Stack {
  setConfig(key: string, value: string): Promise<void>;
  /** The digest that a preview promises. */
  preview(): Promise<string>;
  /** `pulumi up`; throws with the engine's words when it fails. */
  up(): Promise<StepOp>;
  refresh(): Promise<void>;
  /** The image as it is in the state. */
  image(): Promise<RecordedImage>;
}

export type StepOp = "create" | "update" | "replace" | "same";

export const RecordedImage = z.object({
  ref: z.string(),
  digest: z.string(),
  taggedRefs: z.array(z.string()),
  layers: z.array(z.object({ digest: z.string(), size: z.number() })).default([]),
  drift: z.array(z.string()).default([]),
});
export type RecordedImage = Readonly<z.output<typeof RecordedImage>>;

const Checkpoint = z.object({
  deployment: z.object({
    resources: z.array(z.object({ type: z.string(), outputs: z.unknown().optional() })).default([]),
  }),
});

export const IMAGE_TYPE = "pulumi-nodejs:dynamic/lix:LixImage";

/** Out of what `pulumi stack export` prints. */
export function recordedImage(checkpoint: unknown): RecordedImage {
  const { resources } = Checkpoint.parse(checkpoint).deployment;
  const image = resources.find((resource) => resource.type === IMAGE_TYPE);
  if (image === undefined) throw new Error("the stack's state holds no image");
  return RecordedImage.parse(image.outputs);
}

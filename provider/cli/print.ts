/** What commands say on stdout. @module */
import { formatBytes } from "../base/format-bytes.ts";
import type { LixImageOutputs } from "../../sdk/outputs.ts";

/** A reader that leaves early, such as `head`, is no failure; a full disk is. */
export function guardOutput(): void {
  let told = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || told) return;
    told = true;
    process.stderr.write(`lix-image: cannot write to stdout: ${error.message}\n`);
    // At the very end, because a command that succeeds otherwise sets 0.
    process.once("exit", () => (process.exitCode ||= 1));
  });
  process.stderr.on("error", () => {}); // Nobody is left to be told.
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What was built or pushed, for people. */
export function summary(outputs: LixImageOutputs): string[] {
  const layers =
    outputs.layers ?? Object.values(outputs.platforms).flatMap((each) => each.layers ?? []);
  return [
    outputs.ref,
    `  Lix ${outputs.version}, ${Object.keys(outputs.platforms).join(", ")}`,
    `  ${layers.length} layers, ${formatBytes(outputs.size)} to pull`,
    ...outputs.taggedRefs.map((ref) => `  ${ref}`),
  ];
}

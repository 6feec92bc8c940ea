/** What commands say on stdout. @module */
import { formatBytes } from "../base/format-bytes.ts";
import { printable, printableJson, printableLines } from "../base/printable.ts";
import type { LixImageOutputs } from "../../sdk/outputs.ts";

let clearProgress = (): void => {};

/**
 * A reader that leaves early, such as `head`, is no failure; a full disk is.
 * @param clear takes a line of progress away: stdout and stderr are often one terminal.
 */
export function guardOutput(clear: () => void): void {
  let told = false;
  clearProgress = clear;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || told) return;
    told = true;
    clear();
    process.stderr.write(`lix-image: cannot write to stdout: ${printable(error.message)}\n`);
    // At the very end, because a command that succeeds otherwise sets 0.
    process.once("exit", () => (process.exitCode ||= 1));
  });
  process.stderr.on("error", () => {}); // Nobody is left to be told.
}

export function printJson(value: unknown): void {
  printText(`${printableJson(value)}\n`);
}

/** Each is one line: what others wrote into it cannot make it two, nor steer the terminal. */
export function printLines(lines: readonly string[]): void {
  printText(`${printableLines(lines)}\n`);
}

function printText(text: string): void {
  clearProgress();
  process.stdout.write(text);
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

/** What commands print on stdout. @module */
import { formatBytes } from "../base/format-bytes.ts";
import { printable, printableDocument, printableJson, printableLines } from "../base/printable.ts";
import type { LixImageOutputs } from "../../sdk/outputs.ts";

let clearProgress = (): void => {};

/**
 * A reader that ends early, such as `head`, is not a failure; a full disk is.
 * @param clear removes a line of progress, because stdout and stderr are often one terminal.
 */
export function guardOutput(clear: () => void): void {
  let reported = false;
  clearProgress = clear;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || reported) return;
    reported = true;
    clear();
    process.stderr.write(`lix-image: cannot write to stdout: ${printable(error.message)}\n`);
    // At exit, because a command that succeeds otherwise sets 0.
    process.once("exit", () => (process.exitCode ||= 1));
  });
  process.stderr.on("error", () => {}); // There is nobody left to report to.
}

export function printJson(value: unknown): void {
  printText(`${printableJson(value)}\n`);
}

/** What other programs read in full. */
export function printDocument(document: unknown): void {
  printText(`${printableDocument(document)}\n`);
}

/** Each stays one line: text of others in it cannot add lines, nor control the terminal. */
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

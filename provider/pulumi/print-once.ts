/**
 * An error of check, diff, read or delete is printed once. The engine shows the answer, and the dynamic
 * provider also prints the same error to stderr, which the engine shows as a message of the stack.
 * @see @pulumi/pulumi/cmd/dynamic-provider, `console.error`
 * @module
 */
interface Printer {
  error(...values: unknown[]): void;
}

/** What the dynamic provider will print of errors that it has got, exactly. */
const awaited = new Set<string>();

/** From now on `printer` leaves out what answers say. Whatever else is printed passes unchanged. */
export function printOnce(printer: Printer = console): void {
  const print = printer.error;
  printer.error = (...values) => {
    const [text, ...more] = values;
    if (more.length === 0 && typeof text === "string" && awaited.delete(text)) return;
    print.apply(printer, values);
  };
}

/** Notes that `failure` goes into an answer. */
export function answers(failure: Error): void {
  awaited.add(`${String(failure)}: ${failure.stack ?? ""}`);
}

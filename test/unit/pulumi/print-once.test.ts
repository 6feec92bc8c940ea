/** What an answer says is not printed beside it, and nothing else is held back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, printOnce } from "../../../provider/pulumi/print-once.ts";

test("an error that is in an answer is not printed, once; all else is, unchanged", () => {
  const printed: unknown[][] = [];
  const printer = { error: (...values: unknown[]) => void printed.push(values) };
  printOnce(printer);
  const failure = new Error("the registry is not available");
  failure.name = "";
  failure.stack = "";
  answers(failure);
  // The form that the dynamic provider writes.
  const line = `${String(failure)}: ${failure.stack}`;
  printer.error("another line");
  printer.error(line, "with more");
  printer.error(line);
  printer.error(line);
  assert.deepEqual(printed, [["another line"], [line, "with more"], [line]]);
});

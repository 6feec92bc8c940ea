#!/usr/bin/env node
/**
 * `lix-image`: what the resource does, as commands. Results go to stdout, with `--json` as one JSON object;
 * progress and errors go to stderr. The exit code is 1 for a failure that the user can act on, and 2 for
 * wrong usage.
 * @module
 */
import { NodeTooOld, requireNode } from "../../sdk/node-version.ts";
import { render } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import { withLog } from "../base/log.ts";
import { packageVersion } from "../base/package-version.ts";
import { endOnSignals } from "../base/signals.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { overview } from "./help.ts";
import { guardOutput } from "./print.ts";
import { terminalSink } from "./terminal.ts";
import { UsageError } from "./usage.ts";

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    process.stderr.write(overview(COMMANDS));
    return 2;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    const [topic] = rest;
    process.stdout.write(topic === undefined ? overview(COMMANDS) : commandNamed(topic).help());
    return 0;
  }
  if (name === "--version") {
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  return commandNamed(name).run(rest);
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((each) => each.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((each) => each.name).join(", ");
  throw new UsageError(`unknown command ${JSON.stringify(name)}; the commands are ${names}`);
}

const terminal = terminalSink(process.stderr);
guardOutput(terminal.clear);
endOnSignals((signal) => {
  terminal.clear();
  process.stderr.write(`lix-image: ended by ${signal}\n`);
});
try {
  requireNode();
  process.exitCode = await withLog(terminal, () => main(process.argv.slice(2)));
  terminal.clear();
} catch (error) {
  terminal.clear();
  process.stderr.write(`lix-image: ${textOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? error.exitCode : 1;
}

function textOf(error: unknown): string {
  if (error instanceof UsageError) return error.text;
  return error instanceof NodeTooOld ? error.message : render(asFailure(error));
}

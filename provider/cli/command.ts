/**
 * How a command of `lix-image` is defined. Its parsing, its help, its usage errors and its place in
 * docs/reference.md all follow from the one definition. A definition imports nothing heavy: `run` loads
 * what does the work, so that `--help` is printed at once.
 * @module
 */
import { parseArgs } from "node:util";
import type { Lines } from "../base/printable.ts";
import { nearest } from "../plan/nearest.ts";
import type { HelpContent, Operands, OptionRules, Syntax } from "./command-syntax.ts";
import { helpText } from "./help.ts";
import { UsageError } from "./usage.ts";

export interface CommandDefinition<Options extends OptionRules> extends HelpContent {
  readonly options: Options;
  /** Returns the exit code. */
  readonly run: (line: CommandLine<Options>) => Promise<number>;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly help: () => string;
  /** Returns the exit code; throws UsageError for a wrong command line. */
  readonly run: (argv: readonly string[]) => Promise<number>;
}

export interface CommandLine<Options extends OptionRules = OptionRules> {
  readonly operands: readonly string[];
  readonly values: OptionValues<Options>;
  /** Every option as it stands there, for those whose meaning depends on what stands before them. */
  readonly tokens: readonly OptionToken[];
  /** For what is wrong beyond the single option. */
  readonly usageError: (message: Lines) => UsageError;
}

export type OptionValues<Options extends OptionRules> = Parsed<Options>["values"];

export interface OptionToken {
  readonly name: string;
  readonly value?: string | undefined;
}

type Parsed<Options extends OptionRules> = ReturnType<
  typeof parseArgs<{ options: Options & typeof HELP; tokens: true; allowPositionals: true }>
>;

const HELP = { help: { type: "boolean", short: "h" } } as const;

export function defineCommand<const Options extends OptionRules>(
  definition: CommandDefinition<Options>,
): Command {
  const { name, summary, operands: expected = {}, run } = definition;
  const help = (): string => helpText(definition);
  return {
    name,
    summary,
    help,
    async run(argv) {
      if (asksForHelp(argv)) {
        process.stdout.write(help());
        return 0;
      }
      const line = parseCommandLine(definition, argv);
      requireOperands(definition, expected, line.operands);
      return run(line);
    },
  };
}

/** Also on a line that is wrong otherwise. What stands behind `--` is no option. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

/** Throws UsageError for what `syntax` does not know. */
export function parseCommandLine<const Options extends OptionRules>(
  syntax: Syntax<Options>,
  argv: readonly string[],
): CommandLine<Options> {
  const { values, positionals, tokens } = parse(syntax, argv);
  const options = tokens.filter((token) => token.kind === "option");
  for (const { name, value } of options)
    if (syntax.options[name]?.isPath === true && value === "")
      throw usageError(syntax, `--${name}: expected a path; got an empty string`);
  return {
    operands: positionals,
    values,
    tokens: options,
    usageError: (message) => usageError(syntax, message),
  };
}

function parse<const Options extends OptionRules>(
  syntax: Syntax<Options>,
  argv: readonly string[],
): Parsed<Options> {
  try {
    return parseArgs({
      args: [...argv],
      options: { ...syntax.options, ...HELP },
      tokens: true,
      allowPositionals: true,
    });
  } catch (error) {
    throw usageError(syntax, mistakeOf(syntax, error));
  }
}

/** parseArgs' own messages name the option and what is wrong with it, but not the nearest option. */
function mistakeOf({ options }: Syntax, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, unknown] = /^Unknown option '(--?[^']*)'/.exec(message) ?? [];
  if (unknown === undefined) return message;
  const names = nearest(unknown.replace(/^--?/, ""), Object.keys(options), 1);
  return [`unknown option ${unknown}`, ...names.map((name) => `did you mean --${name}?`)].join(
    "; ",
  );
}

function requireOperands(
  syntax: Syntax,
  { required = [], optional = [], rest }: Operands,
  given: readonly string[],
): void {
  const missing = required[given.length];
  if (missing !== undefined) throw usageError(syntax, `${missing} is missing`);
  const extra = given[required.length + optional.length];
  if (extra !== undefined && rest === undefined)
    throw usageError(syntax, `unexpected argument ${JSON.stringify(extra)}`);
}

/** The mistake, and the form of the command; a command of several forms shows them in its help. */
function usageError({ name, usage: [form, ...others] }: Syntax, message: Lines): UsageError {
  const command = `lix-image ${name}`;
  const lines = typeof message === "string" ? [message] : message;
  return new UsageError(
    [...lines, ...(others.length > 0 ? [] : [`usage: ${command} ${form}`])],
    command,
  );
}

/** What help and parsing need to know of a command. @module */

export interface OptionRule {
  readonly type: "boolean" | "string";
  readonly multiple?: true;
  readonly short?: string;
  /** The value that parseArgs uses if the option is not given. */
  readonly default?: false;
  /** What help calls the value: `DIR|FILE.tar`. */
  readonly value?: string;
  /** An empty path would be taken for the current folder, so it is refused. */
  readonly isPath?: true;
  /** Line breaks stay; longer lines are wrapped. */
  readonly doc: string;
}

export type OptionRules = Readonly<Record<string, OptionRule>>;

/** Words that are no options: `ARGS.json`, `REF`. */
export interface Operands {
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  /** Any number more. */
  readonly rest?: string;
}

/** What is needed to understand a command line. */
export interface Syntax<Options extends OptionRules = OptionRules> {
  readonly name: string;
  /** What follows the name; one line for each form. */
  readonly usage: readonly [string, ...string[]];
  readonly operands?: Operands;
  readonly options: Options;
}

/** What help also needs. */
export interface HelpContent extends Syntax {
  /** One line in the list of commands, which begins with a verb. */
  readonly summary: string;
  /** Paragraphs at the top of the help; the summary where there are none. */
  readonly about?: readonly string[];
  /** Options under a title of their own, in this order; all others follow. */
  readonly sections?: readonly HelpSection[];
}

export interface HelpSection {
  readonly title: string;
  readonly options: OptionRules;
}

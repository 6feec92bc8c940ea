/** The help of a command, and the list of all commands. @module */
import type { HelpContent, OptionRules } from "./command-syntax.ts";

const COLUMNS = 110;
/** A longer name of an option gets a line to itself. */
const NAME_COLUMNS = 24;

/** `lix-image build --help` */
export function helpText({
  name,
  summary,
  about = [sentence(summary)],
  usage,
  options,
  sections = [],
}: HelpContent): string {
  const grouped = new Set(sections.flatMap((section) => Object.keys(section.options)));
  const others = Object.entries(options).filter(([option]) => !grouped.has(option));
  const paragraphs = [
    usage.map((form, index) => `${index === 0 ? "usage:" : "      "} lix-image ${name} ${form}`),
    ...about.map((paragraph) => wrap(paragraph, COLUMNS)),
    ...sections.map((section) => [`${section.title}:`, ...optionLines(section.options)]),
    [
      ...(sections.length > 0 ? ["Other options:"] : []),
      ...optionLines({ ...Object.fromEntries(others), help: HELP }),
    ],
  ];
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

const HELP = { type: "boolean", short: "h", doc: "Prints this text." } as const;

/** `lix-image --help` */
export function overview(commands: readonly Pick<HelpContent, "name" | "summary">[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return `lix-image: the Lix container image from signed binary caches, without Nix or Docker

usage: lix-image COMMAND …

${commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join("\n")}

\`lix-image COMMAND --help\` lists the arguments and options of a command.

ARGS.json, which most commands take, holds the arguments of the Pulumi resource. Relative paths in it are
relative to that file. LIX_IMAGE_CACHE names the local cache folder, LIX_IMAGE_CACHE_SIZE its limit, such
as 10GiB.
`;
}

function optionLines(options: OptionRules): string[] {
  return Object.entries(options).flatMap(([name, { short, value, doc }]) => {
    const names = `${short === undefined ? "" : `-${short}, `}--${name}`;
    const head = `  ${names}${value === undefined ? "" : ` ${value}`}`;
    const [first = "", ...more] = wrap(doc, COLUMNS - NAME_COLUMNS);
    const indented = more.map((line) => " ".repeat(NAME_COLUMNS) + line);
    return head.length > NAME_COLUMNS - 2
      ? [head, " ".repeat(NAME_COLUMNS) + first, ...indented]
      : [head.padEnd(NAME_COLUMNS) + first, ...indented];
  });
}

/** Line breaks stay, and lines that begin with a blank stay as they are. */
const wrap = (text: string, columns: number): string[] =>
  text.split("\n").flatMap((line) => (line.startsWith(" ") ? [line] : wrapLine(line, columns)));

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current];
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

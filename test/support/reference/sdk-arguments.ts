/** Generates the arguments of the SDK and of the docs from the table of arguments. @module */
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Argument, InnerPart } from "../../../provider/arguments/argument.ts";
import { ARGUMENT_LIST } from "../../../provider/arguments/table.ts";
import { PREVIEW_OUTPUTS } from "../../../provider/arguments/unknown.ts";
import { REPOSITORY } from "../source-files.ts";

const HEAD = "Written by test/support/generate.ts out of provider/arguments/table.ts: do not edit.";
/** Characters of a comment's line, without its indentation. */
const WIDTH = 100;

/** sdk/args.ts */
export const argumentTypes = (): Promise<string> =>
  formatted(
    "sdk/args.ts",
    `/**
 * What a program writes. The comments here are the reference documentation.
 *
 * ${HEAD}
 * @module
 */
import type { Input } from "@pulumi/pulumi";

${ARGUMENT_LIST.flatMap(([, entry]) => aliases(entry)).join("\n\n")}

/** Plain inputs, as in the JSON file of the command line. */
export interface LixImageInputs {
${ARGUMENT_LIST.map(([name, entry]) =>
  field(name, `${entry.type} | undefined`, entry.doc, defaultOf(entry)),
).join("\n")}
}

${ARGUMENT_LIST.flatMap(([, entry]) => interfaces(entry)).join("\n\n")}

/** What a program writes: every property may also be an Output, at any depth. */
export type LixImageArgs = { readonly [K in keyof LixImageInputs]: DeepInput<LixImageInputs[K]> };

/** {@link Input} at every depth. */
export type DeepInput<T> = T extends object
  ? Input<{ readonly [K in keyof T]: DeepInput<T[K]> }>
  : Input<T>;
`,
  );

/** sdk/argument-names.ts */
export function argumentNames(): Promise<string> {
  const those = (isOne: (entry: Argument) => boolean): string =>
    JSON.stringify(ARGUMENT_LIST.flatMap(([name, entry]) => (isOne(entry) ? name : [])));
  return formatted(
    "sdk/argument-names.ts",
    `/** ${HEAD} @module */

/** Arguments that can be read in the image, its labels or its references. */
export const PUBLISHED_ARGUMENTS = ${those(({ isPublished }) => isPublished)} as const;

/** Arguments that decide what is in the image. */
export const CONTENT_ARGUMENTS = ${those(({ outputs }) => outputs.includes("planKey"))} as const;
`,
  );
}

/** The table in docs/pulumi-users.md: which outputs are unknown while an argument is. */
export function unknownOutputs(): string {
  const rows = new Map<string, string[]>();
  for (const [name, { outputs }] of ARGUMENT_LIST) {
    const sorted = PREVIEW_OUTPUTS.filter((each) => outputs.includes(each));
    const cell = sorted.length === 0 ? "none" : sorted.map((each) => `\`${each}\``).join(", ");
    rows.set(cell, [...(rows.get(cell) ?? []), `\`${name}\``]);
  }
  return [
    "| unknown argument | unknown outputs |",
    "| --- | --- |",
    ...[...rows].map(([outputs, names]) => `| ${names.join(", ")} | ${outputs} |`),
  ].join("\n");
}

/** The default in the documentation; undefined if it only says that the argument may be left out. */
export function defaultOf({ schema, ...entry }: Argument): string | undefined {
  const { data: value } = schema.safeParse(undefined);
  if (value === undefined) return entry.default;
  if (Array.isArray(value) && value.length === 0) return "none";
  return typeof value === "object" || typeof value === "string"
    ? `\`${JSON.stringify(value)}\``
    : String(value);
}

const aliases = ({ aliases: types = {} }: Argument): string[] =>
  Object.entries(types).map(
    ([name, { type, doc }]) => `${comment(doc)}\nexport type ${name} = ${type};`,
  );

/** The object types of one argument, outermost first. */
function interfaces(entry: Argument): string[] {
  const parts: [string, InnerPart][] = [["", entry], ...Object.entries(entry.parts ?? {})];
  return parts.flatMap(([place, part]) => {
    if (part.interface === undefined) return [];
    const fields = parts.flatMap(([each, { type, doc, ...inner }]) => {
      const name = each.startsWith(`${place}.`) ? each.slice(place.length + 1) : "";
      if (!/^\w+$/.test(name) || type === undefined || doc === undefined) return [];
      return field(name, type, doc, inner.default);
    });
    const said = place === "" || part.doc === undefined ? "" : `${comment(part.doc)}\n`;
    return `${said}export interface ${part.interface} {\n${fields.join("\n")}\n}`;
  });
}

function field(name: string, type: string, doc: string, fallback: string | undefined): string {
  const optional = type.endsWith("| undefined") ? "?" : "";
  const stated = fallback === undefined ? "" : `Default: ${fallback}.`;
  return `${comment(doc, stated)}\n  readonly ${name}${optional}: ${type};`;
}

/** @param last a line of its own, where the text does not fit into one. */
function comment(text: string, last = ""): string {
  const whole = wrapped(`${text} ${last}`.trimEnd());
  const lines = whole.length === 1 || last === "" ? whole : [...wrapped(text), last];
  return lines.length === 1
    ? `/** ${lines[0]} */`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */`;
}

function wrapped(paragraph: string): string[] {
  const lines: string[] = [""];
  for (const word of paragraph.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

async function formatted(file: string, text: string): Promise<string> {
  const path = join(REPOSITORY, file);
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/**
 * docs/reference.md, out of the comments and the schema in sdk/ and the help of the command line.
 *
 *     node test/support/reference.ts
 *
 * writes it.
 * @module
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { PREVIEW_OUTPUTS } from "../../provider/arguments/unknown.ts";
import { argumentRules, boundsOf, compressionLevels } from "./reference/argument-rules.ts";
import { allCommandHelp, helpOverview } from "./reference/command-help.ts";
import {
  documentedTypes,
  type DocumentedMember,
  type DocumentedType,
} from "./reference/doc-comments.ts";
import { REPOSITORY } from "./source-files.ts";

const REFERENCE_FILE = join(REPOSITORY, "docs/reference.md");

/** The page, as Prettier leaves it. */
export async function referencePage(): Promise<string> {
  const page = [INTRODUCTION, resource(), argumentsOf(), outputs(), commandLine()].join("\n\n");
  return format(page, { ...(await resolveConfig(REFERENCE_FILE)), parser: "markdown" });
}

const LIST = new Intl.ListFormat("en");

const INTRODUCTION = `<!-- Written by test/support/reference.ts out of sdk/ and provider/cli/: do not edit. -->

# Reference

See also: [the lock's format](lock-format.md), [credentials and environment variables](environment.md),
[errors](errors.md), [under Pulumi](pulumi-users.md).`;

function resource(): string {
  const types = documentedTypes("sdk/lix-image.ts");
  const { comment } = find(types, "LixImage");
  const get = find(types, "LixImage").members.find(({ name }) => name === "get");
  return `## The resource

\`new LixImage(name, args, options?)\`: ${lowerFirst(comment)}

It is a custom resource of type \`pulumi-nodejs:dynamic/lix:LixImage\`. Its id is the repository, \`registry/name\`, or only
the name if it has \`archives\` and no registry. Another repository is a replacement: the new image is pushed before the old
resource is deleted.

\`LixImage.get(name, id, options?)\`: ${lowerFirst(get?.comment ?? "")}

The resource options \`dependsOn\`, \`protect\`, \`retainOnDelete\`, \`ignoreChanges\`, \`aliases\`, \`parent\` and
\`transforms\` work as for any resource; \`import\`, \`replaceOnChanges\` and \`customTimeouts\` do not
([why, and what to do instead](pulumi-users.md)).`;
}

function argumentsOf(): string {
  const types = documentedTypes("sdk/args.ts");
  const rules = argumentRules();
  const sections = find(types, "LixImageInputs").members.map((member) =>
    section(member, boundsOf(rules.get(member.name) ?? {})),
  );
  return `## Arguments

Every argument, and every part of one, may be an \`Output\`. Paths are absolute, or relative to the folder of Pulumi.yaml or
of its \`main\`; for the command line they are relative to the file with the arguments. What counts are the contents of a file and
not its path. All mistakes are reported at once, each with its position.

One of [\`registry\`](#registry), [\`repository\`](#repository) and [\`archives\`](#archives) is required; everything else has
a default. No argument takes credentials ([where they come from](environment.md#credentials)).

${sections.join("\n\n")}

${subtypes(types, "Compression", compressionLevels())}

${subtypes(types, "Archive")}

### \`NixConfScalar\`

\`${find(types, "NixConfScalar").definition}\`

${find(types, "NixConfScalar").comment}`;
}

function outputs(): string {
  const types = documentedTypes("sdk/outputs.ts");
  const { members } = find(types, "LixImageOutputs");
  const later = members.map(({ name }) => name).filter((name) => !isKnownAtPreview(name));
  return `## Outputs

A preview knows all of them except ${LIST.format(later.map((name) => `\`${name}\``))}, unless an argument is unknown.

${members.map((member) => section(member)).join("\n\n")}

${subtypes(types, "PlatformOutput")}

${subtypes(types, "LayerOutput")}`;
}

const isKnownAtPreview = (name: string): boolean => PREVIEW_OUTPUTS.some((known) => known === name);

function commandLine(): string {
  const help = [helpOverview(), ...allCommandHelp().values()];
  return `## The command line

Run \`npx lix-image\` in a folder where the package is installed. Results go to stdout, progress and errors to stderr. A
terminal shows progress as one bar; a pipe or a log gets a plain line every two seconds. The exit code is 0 for success, 1
for an error or, from \`verify\`, a difference, 2 for a wrong command line, and 3 if \`lock --check\` finds the lock out of
date.

${help.map(fenced).join("\n\n")}`;
}

function section(member: DocumentedMember, bounds?: string): string {
  return `### \`${member.name}\`\n\n${facts(member, bounds).join(", ")}\n\n${member.comment}`;
}

const facts = (member: DocumentedMember, bounds?: string): string[] => [
  `\`${member.type}\``,
  ...(bounds === undefined ? [] : [bounds]),
  ...(member.default === undefined ? [] : [`default ${coded(member.default)}`]),
];

/** A value is formatted as code, words are not. */
const coded = (stated: string): string =>
  /^(true|false|\d+)$/.test(stated) ? `\`${stated}\`` : stated;

function subtypes(types: readonly DocumentedType[], name: string, more: readonly string[] = []) {
  const { comment, members } = find(types, name);
  const lines = members.map(
    (member) => `- \`${member.name}\`, ${facts(member).join(", ")}: ${lowerFirst(member.comment)}`,
  );
  return [`### \`${name}\``, comment, lines.join("\n"), ...more.map((line) => `${line}.`)]
    .filter((part) => part !== "")
    .join("\n\n");
}

function find(types: readonly DocumentedType[], name: string): DocumentedType {
  const found = types.find((type) => type.name === name);
  if (found === undefined) throw new Error(`sdk/ exports no ${name} any more`);
  return found;
}

const lowerFirst = (text: string): string =>
  /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

const fenced = (text: string): string => `\`\`\`text\n${text}\n\`\`\``;

if (import.meta.main) await writeFile(REFERENCE_FILE, await referencePage());

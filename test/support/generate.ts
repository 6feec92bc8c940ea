/**
 * The files that are written out of the code:
 *
 *     node test/support/generate.ts
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { DEVIATIONS } from "../../provider/compare/deviations.ts";
import { referencePage } from "./reference.ts";
import { pluginSchemaFile } from "./reference/plugin-schema.ts";
import { argumentNames, argumentTypes, unknownOutputs } from "./reference/sdk-arguments.ts";
import { REPOSITORY } from "./source-files.ts";

/** In this order, since the reference reads the comments of sdk/args.ts. */
export const GENERATED: readonly (readonly [file: string, make: () => Promise<string>])[] = [
  ["sdk/args.ts", argumentTypes],
  ["sdk/argument-names.ts", argumentNames],
  ["docs/decisions/0001-deviations.md", pageOfDeviations],
  ["docs/pulumi-users.md", pageOfUnknowns],
  ["docs/reference.md", referencePage],
  ["provider/plugin/schema.json", pluginSchemaFile],
];

function pageOfUnknowns(): Promise<string> {
  const old = /^\| unknown argument.*\n(?:\|.*\n)+/m;
  return withTable("docs/pulumi-users.md", old, unknownOutputs());
}

function pageOfDeviations(): Promise<string> {
  const rows = DEVIATIONS.map(({ upstream, here, why }) => [upstream, here, why]);
  const table = [["docker.nix with nix2container", "here", "why"], ["-", "-", "-"], ...rows];
  return withTable(
    "docs/decisions/0001-deviations.md",
    /^\| docker\.nix.*\n(?:\|.*\n)+/m,
    table.map((cells) => `| ${cells.join(" | ")} |`).join("\n"),
  );
}

/** The page with the table in it brought up to date. */
async function withTable(file: string, old: RegExp, table: string): Promise<string> {
  const path = join(REPOSITORY, file);
  const page = (await readFile(path, "utf8")).replace(old, () => `${table}\n`);
  return format(page, { ...(await resolveConfig(path)), parser: "markdown" });
}

if (import.meta.main)
  for (const [file, make] of GENERATED) await writeFile(join(REPOSITORY, file), await make());

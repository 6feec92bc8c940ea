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
import { referencePage } from "./reference.ts";
import { pluginSchemaFile } from "./reference/plugin-schema.ts";
import { argumentNames, argumentTypes, unknownOutputs } from "./reference/sdk-arguments.ts";
import { REPOSITORY } from "./source-files.ts";

/** In this order, since the reference reads the comments of sdk/args.ts. */
export const GENERATED: readonly (readonly [file: string, make: () => Promise<string>])[] = [
  ["sdk/args.ts", argumentTypes],
  ["sdk/argument-names.ts", argumentNames],
  ["docs/pulumi-users.md", pageOfUnknowns],
  ["docs/reference.md", referencePage],
  ["provider/plugin/schema.json", pluginSchemaFile],
];

/** The page with the table in it brought up to date. */
async function pageOfUnknowns(): Promise<string> {
  const path = join(REPOSITORY, "docs/pulumi-users.md");
  const text = await readFile(path, "utf8");
  const page = text.replace(/^\| unknown argument.*\n(?:\|.*\n)+/m, `${unknownOutputs()}\n`);
  return format(page, { ...(await resolveConfig(path)), parser: "markdown" });
}

if (import.meta.main)
  for (const [file, make] of GENERATED) await writeFile(join(REPOSITORY, file), await make());

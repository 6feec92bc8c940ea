/**
 * The schema of the plugin, out of which Pulumi makes the SDKs of all languages. schema.json is written by
 * test/support/generate.ts from the table of arguments.
 * @module
 */
import { readFileSync } from "node:fs";

/** As the engine gets it. */
export const schemaText = (): string =>
  readFileSync(new URL("schema.json", import.meta.url), "utf8");

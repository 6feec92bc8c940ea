/**
 * docs/errors.md, out of the catalogue of errors.
 *
 *     node test/support/errors-page.ts
 *
 * writes it.
 * @module
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { CATALOGUE } from "../../provider/errors/catalogue.ts";
import { REPOSITORY } from "./source-files.ts";

export const ERRORS_FILE = join(REPOSITORY, "docs/errors.md");

/** The page, as Prettier leaves it. */
export async function errorsPage(): Promise<string> {
  const rows = Object.entries(CATALOGUE)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { meaning }]) => `| \`${code}\` | ${meaning} |`);
  const page = [INTRODUCTION, "", "| Code | It means |", "| --- | --- |", ...rows].join("\n");
  return format(page, { ...(await resolveConfig(ERRORS_FILE)), parser: "markdown" });
}

const INTRODUCTION = `<!-- Written by test/support/errors-page.ts out of provider/errors/: do not edit. -->

# Errors

Every error ends with its code in brackets, \`[LOCK_NOT_FOUND]\`, and most have a line \`hint:\` that says what to do. The
codes are stable: search for them, match on them. If there are several mistakes, each has its own line.

On the command line, the exit code is 1 for a failure that you can act on, and 2 if the command line itself is wrong. Exit
code 3 is no error: \`lock --check\` found the lock out of date. Under Pulumi, \`preview\` and \`up\` print the same text.

No message shows a credential: whatever looks like one, and every credential in use, appears as \`***\`, even where a server
repeats it.`;

if (import.meta.main) await writeFile(ERRORS_FILE, await errorsPage());

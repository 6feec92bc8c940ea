/** `gh`, for test/support/forge.ts: its address is in FORGE_URL. @module */
import { readFile } from "node:fs/promises";

const argv = process.argv.slice(2);
const at = argv.indexOf("--body-file");
const body = at === -1 ? "" : await readFile(argv[at + 1] ?? "", "utf8");
const response = await fetch(`${process.env["FORGE_URL"]}/gh`, {
  method: "POST",
  body: JSON.stringify({ argv, body }),
});
(response.status === 200 ? process.stdout : process.stderr).write(await response.text());
process.exitCode = response.status === 200 ? 0 : 1;

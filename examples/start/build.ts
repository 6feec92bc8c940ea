import { spawnSync } from "node:child_process";

/** Writes dist/, which is what the program imports by the name pulumi-lix. Prints only what fails. */
export function buildPackage(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["build.js"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`);
}

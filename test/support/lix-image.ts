/** Images that the command line builds. @module */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LixImageInputs } from "../../sdk/args.ts";
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import { runCli } from "./cli.ts";

export interface BuildOptions {
  /** The value of `LIX_IMAGE_CACHE`. */
  readonly cache: string;
  /** Where the OCI image layout goes; ARGS.json is written beside it. */
  readonly layout: string;
}

/** `lix-image build ARGS.json --oci LAYOUT --json`. */
export async function lixImageBuild(
  args: LixImageInputs,
  { cache, layout }: BuildOptions,
): Promise<LixImageOutputs> {
  const directory = dirname(layout);
  const file = join(directory, "args.json");
  await writeFile(file, JSON.stringify(args));
  const argv = ["build", file, "--oci", layout, "--json"];
  const { code, stdout, stderr } = await runCli(argv, { cache, directory });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as LixImageOutputs;
}

/** The command line, run as a user would run it. @module */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { LixImageInputs } from "../../sdk/args.ts";
import type { LixImageOutputs } from "../../sdk/outputs.ts";

const MAIN = fileURLToPath(import.meta.resolve("../../provider/cli/main.ts"));

export interface BuildOptions {
  /** What `LIX_IMAGE_CACHE` says. */
  readonly cache: string;
  /** Where the OCI image layout goes; ARGS.json is written beside it. */
  readonly layout: string;
}

/** `lix-image build ARGS.json --oci LAYOUT --json`; rejects with what it wrote to stderr. */
export async function lixImageBuild(
  args: LixImageInputs,
  options: BuildOptions,
): Promise<LixImageOutputs> {
  const file = join(dirname(options.layout), "args.json");
  await writeFile(file, JSON.stringify(args));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [MAIN, "build", file, "--oci", options.layout, "--json"],
    { env: { ...process.env, LIX_IMAGE_CACHE: options.cache }, maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as LixImageOutputs;
}

#!/usr/bin/env node
/**
 * `lix-image`: what the resource does, as commands. One JSON object on stdout under `--json`; progress
 * and errors on stderr; exit 1 for what the user can act on, 2 for wrong usage.
 * @module
 */
import { createRequire } from "node:module";
import { requireNode } from "../../sdk/node-version.ts";
import { render } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import { log } from "../base/log.ts";
import { endOnSignals } from "../base/signals.ts";
import { guardOutput } from "./print.ts";
import { terminalSink } from "./terminal.ts";
import { UsageError } from "./usage.ts";

type Command = (argv: string[]) => Promise<number>;

/** Each is loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  lock: async () => (await import("./lock.ts")).lockCommand,
  plan: async () => (await import("./plan.ts")).planCommand,
  build: async () => (await import("./build.ts")).buildCommand,
  load: async () => (await import("./load.ts")).loadCommand,
  push: async () => (await import("./push.ts")).pushCommand,
  inspect: async () => (await import("./inspect.ts")).inspectCommand,
  verify: async () => (await import("./verify.ts")).verifyCommand,
};

const HELP = `lix-image: the Lix container image, out of signed binary caches, without Nix and Docker

usage: lix-image COMMAND …

  lock     make a lock: from a channel, by Nix, from store paths    (lix-image lock --help)
  plan     ARGS.json [--json]                what would be built, and what the local cache has of it
  build    ARGS.json --oci DIR [--json]      build into an OCI image layout, as a folder or a .tar
           --docker-archive FILE             or, or also, into a file for \`docker load\`
  load     ARGS.json [--podman] [--json]     build into the Docker daemon, or into podman's storage
  push     ARGS.json [--json]                build, and push what the registry lacks
  inspect  REF [--json]                      what an image is made of
           --oci DIR, --docker-archive FILE  or one in an OCI layout, or in a docker archive
           --paths                           with the store paths in each layer, which is downloaded
  verify   ARGS.json REF [--json]            rebuild from NARs and compare, report every difference
           --oci DIR, --docker-archive FILE  or one in an OCI layout, or in a docker archive
           --cached                          compare with the layers in the local cache instead

ARGS.json holds the arguments of the Pulumi resource; relative paths in it are relative to it.
A plan downloads the packages of which the local cache does not know what files are in them.
LIX_IMAGE_CACHE names the local cache folder, LIX_IMAGE_CACHE_SIZE its bound, such as 10GiB.
`;

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    (name === undefined ? process.stderr : process.stdout).write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const load = COMMANDS[name];
  if (load === undefined || !Object.hasOwn(COMMANDS, name))
    throw new UsageError(
      `unknown command ${JSON.stringify(name)}; known are ${Object.keys(COMMANDS).join(", ")}`,
    );
  const command = await load();
  return command(rest);
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)("pulumi-lix/package.json");
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  return "unknown";
}

const terminal = terminalSink(process.stderr);
guardOutput(terminal.clear);
log.install(terminal);
endOnSignals((signal) => {
  terminal.clear();
  process.stderr.write(`lix-image: ended by ${signal}\n`);
});
try {
  requireNode();
  process.exitCode = await main(process.argv.slice(2));
  terminal.clear();
} catch (error) {
  terminal.clear();
  const usage = error instanceof UsageError;
  process.stderr.write(`lix-image: ${usage ? error.text : render(asFailure(error))}\n`);
  process.exitCode = usage ? error.exitCode : 1;
}

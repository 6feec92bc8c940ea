/**
 * Whether Pulumi's provider process will find this package. It looks from its working directory, which
 * is the program's, and not from where the program itself finds it: under pnpm, or as a dependency of a
 * dependency, the two differ, and the engine would say no more than "Cannot find module".
 * @module
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { RunError, runtime } from "@pulumi/pulumi";

// The program may go elsewhere later; the provider process will not follow.
const STARTED = process.cwd();

/**
 * Throws where it will not. Under mocks there is no such process, and the one of an inline program works
 * where its project's `main` says, which the program does not know.
 */
export function assertProviderFound(directory: string = STARTED): void {
  if (isMocked() || isInline()) return;
  try {
    createRequire(join(directory, "program.js")).resolve("pulumi-lix/provider");
  } catch (error) {
    // The provider process reports anything else.
    if (Object(error).code === "MODULE_NOT_FOUND") throw new ProviderNotFound(directory);
  }
}

/** By name: the class is not exported, and there may be several SDKs in one process. */
const isMocked = (): boolean => runtime.getMonitor()?.constructor.name === "MockMonitor";

/** The language host starts a program with this; the Automation API calls one in its own process. */
const isInline = (): boolean => process.env["PULUMI_NODEJS_MONITOR"] === undefined;

/** Ends the program with this message and no stack trace. */
export class ProviderNotFound extends RunError {
  readonly code = "PROVIDER_NOT_FOUND";
  constructor(directory: string) {
    super(
      `pulumi-lix cannot be found from ${directory}, where Pulumi's provider process will look for it [PROVIDER_NOT_FOUND]\n` +
        "  hint: make it a direct dependency of the program: run `npm install pulumi-lix` (or pnpm add, yarn add) in that folder",
    );
  }
}

/**
 * The user's program, run by the SDK's own entry as pulumi-language-nodejs runs it.
 *
 * TypeScript: a package with `"type": "module"` is loaded by `import()`, so Node ≥ 22.18 strips the types
 * of `index.ts` itself. That is `runtime: { name: nodejs, options: { typescript: false } }` in Pulumi.yaml.
 * With `typescript: true` (PULUMI_NODEJS_TYPESCRIPT=true, the default there) the SDK 3.270 also registers
 * its own ts-node 7, which hooks `require` only: the same program loads the same way, a little later.
 * @module
 */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { startNode } from "./child-process.ts";
import type { Child, ChildOptions } from "./child-process.ts";

export interface Program {
  /** Where program and providers run, and whence `pulumi-lix/provider` is resolved. */
  readonly cwd: string;
  /** As `main` of Pulumi.yaml: `.` asks package.json, else index.js, index.ts. */
  readonly entry: string;
}

export interface ProgramRun {
  readonly address: string;
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
}

export function findProgram(path: string, cwd?: string): Program {
  const absolute = resolve(path);
  if (statSync(absolute).isDirectory()) return { cwd: cwd ?? absolute, entry: "." };
  return { cwd: cwd ?? dirname(absolute), entry: absolute };
}

/** The SDK that the program itself would import. */
export function sdkEntry(program: Program, command: "run" | "dynamic-provider"): string {
  const require = createRequire(join(program.cwd, "program.js"));
  return require.resolve(`@pulumi/pulumi/cmd/${command}/index.js`);
}

export function startProgram(
  program: Program,
  run: ProgramRun,
  options: Omit<ChildOptions, "args">,
): Child {
  const flags = {
    monitor: run.address,
    engine: run.address,
    organization: "organization",
    project: run.project,
    "root-directory": program.cwd,
    stack: run.stack,
    pwd: program.cwd,
    parallel: "16",
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  if (run.preview) args.push("--dry-run");
  return startNode({ ...options, args: [sdkEntry(program, "run"), ...args, program.entry] });
}

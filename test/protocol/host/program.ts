/**
 * The user's program, run by the SDK's own entry as pulumi-language-nodejs runs it.
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/pulumi-language-nodejs/main.go
 * @module
 */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { startNode } from "./child-process.ts";
import type { Child, ChildOptions } from "./child-process.ts";

export interface Program {
  /** Where program and providers run, and from where `pulumi-lix/provider` is resolved. */
  readonly cwd: string;
  /** Like `main` of Pulumi.yaml: `.` means the main file of package.json, or else index.js or index.ts. */
  readonly entry: string;
}

/** `runtime: { name: nodejs, options: … }` of Pulumi.yaml, as far as it is about loading TypeScript. */
export interface Runtime {
  /**
   * The SDK registers ts-node, which is Pulumi's default. Without it Node loads the program as it can: it
   * strips types itself.
   */
  readonly typescript: boolean;
  /** For node, divided at blanks: `--import tsx`. */
  readonly nodeargs?: string | undefined;
}

export interface ProgramRun {
  readonly address: string;
  readonly runtime: Runtime;
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
}

export function findProgram(path: string, cwd?: string): Program {
  const absolute = resolve(path);
  if (statSync(absolute).isDirectory()) return { cwd: cwd ?? absolute, entry: "." };
  return { cwd: cwd ?? dirname(absolute), entry: absolute };
}

const LAZY_SDK = ["--require", join(import.meta.dirname, "lazy-sdk.cjs")];

/** For node: a command of the SDK that the program itself would import. */
export function sdkCommand(program: Program, command: "run" | "dynamic-provider"): string[] {
  return [...LAZY_SDK, sdkEntry(program, command)];
}

function sdkEntry(program: Program, command: "run" | "dynamic-provider"): string {
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
  const { typescript, nodeargs = "" } = run.runtime;
  const forNode = nodeargs.split(" ").filter((arg) => arg !== "");
  // A loader of TypeScript finds the SDK as it is.
  const isPlain = !typescript && forNode.length === 0;
  const command = isPlain ? sdkCommand(program, "run") : [...forNode, sdkEntry(program, "run")];
  return startNode({
    ...options,
    env: { ...options.env, PULUMI_NODEJS_TYPESCRIPT: typescript ? "true" : undefined },
    args: [...command, ...args, program.entry],
  });
}

/**
 * Plays the Pulumi engine for one program in the nodejs runtime and its dynamic providers: the real SDK
 * and the real provider process over the real protocol, without the engine's binary. The order of calls
 * and what they are given are an engine's: test/e2e/protocol-host.test.ts compares the two where there is
 * one. Configuration was measured on engine 3.259, and opts.id follows our reading of its source.
 * Not implemented: hooks, import, targets, policies except for their remediations, other languages, and the
 * replacement of the dependents of a resource that is deleted before it is replaced.
 * @module
 */
import { Checkpoint } from "./checkpoint.ts";
import type { ResourceState } from "./checkpoint.ts";
import type { Environment } from "./child-process.ts";
import type { Config } from "./config.ts";
import { Operation } from "./operation.ts";
import { findProgram, type Runtime } from "./program.ts";
import type { Remediation } from "./plan-step.ts";
import type { Result } from "./steps.ts";
import type { UpdatePlan } from "./update-plan.ts";

export interface HostOptions {
  /** A folder with index.ts or index.js, or the main file. */
  readonly program: string;
  readonly project?: string | undefined;
  readonly stack?: string | undefined;
  /** Added to ours; `undefined` takes a variable away. */
  readonly env?: Environment | undefined;
  readonly cwd?: string | undefined;
  readonly config?: Config | undefined;
  /** For one operation, in milliseconds. */
  readonly timeLimit?: number | undefined;
  /** Each line of {@link Result.logs} as it comes. */
  readonly onLog?: ((line: string) => void) | undefined;
}

export interface RunOptions {
  /** `--refresh`: read everything first. */
  readonly refresh?: boolean | undefined;
  /** Default: `typescript: false`. */
  readonly runtime?: Runtime | undefined;
  readonly env?: Environment | undefined;
  /** `--plan`: the {@link Result.plan} of a preview. */
  readonly plan?: UpdatePlan | undefined;
  /** A policy pack whose policies change arguments. */
  readonly remediate?: Remediation | undefined;
  /** The flags that `--logtostderr --logflow -v=3` or `--tracing ADDRESS` adds. */
  readonly providerFlags?: readonly string[] | undefined;
}

export interface Host {
  preview(options?: RunOptions): Promise<Result>;
  up(options?: RunOptions): Promise<Result>;
  refresh(options?: Omit<RunOptions, "refresh">): Promise<Result>;
  destroy(options?: RunOptions): Promise<Result>;
  /** Reading it is `pulumi stack export`; setting it is `pulumi stack import`. */
  state: Checkpoint;
  config: Config;
}

const TIME_LIMIT = 120_000;

/** Lends a stack. Nothing that it started is left when `use` has ended. */
export async function withHost<T>(
  options: HostOptions,
  use: (host: Host) => Promise<T>,
): Promise<T> {
  const program = findProgram(options.program, options.cwd);
  const { project = "test", stack = "dev", timeLimit = TIME_LIMIT } = options;
  let resources: readonly ResourceState[] = [];

  const run = async (kind: "preview" | "up" | "refresh" | "destroy", runOptions?: RunOptions) => {
    const operation = new Operation({
      program,
      project,
      stack,
      resources,
      config: host.config,
      preview: kind === "preview",
      runtime: runOptions?.runtime ?? { typescript: false },
      env: { ...process.env, ...options.env, ...runOptions?.env },
      signal: AbortSignal.timeout(timeLimit),
      onLog: options.onLog,
      plan: runOptions?.plan,
      remediate: runOptions?.remediate,
      providerFlags: runOptions?.providerFlags,
    });
    if (kind === "refresh" || runOptions?.refresh === true) await operation.refresh();
    if (kind === "destroy") await operation.destroy();
    else if (kind !== "refresh") await operation.runProgram();
    if (kind !== "preview") resources = operation.resources;
    return operation.result;
  };

  const host: Host = {
    config: options.config ?? {},
    preview: (runOptions) => run("preview", runOptions),
    up: (runOptions) => run("up", runOptions),
    refresh: (runOptions) => run("refresh", runOptions),
    destroy: (runOptions) => run("destroy", runOptions),
    get state() {
      return Checkpoint.format(resources);
    },
    set state(checkpoint) {
      resources = Checkpoint.parse(checkpoint);
    },
  };
  return use(host);
}

/**
 * One `preview`, `up`, `refresh` or `destroy`: the phases, their processes and what became of them.
 * @module
 */
import { join } from "node:path";
import type { ResourceState } from "./checkpoint.ts";
import type { ChildOptions, Environment } from "./child-process.ts";
import { Config } from "./config.ts";
import { Deployment } from "./deployment.ts";
import { engineService } from "./engine.ts";
import type { LogMessage } from "./engine.ts";
import { monitorService } from "./monitor.ts";
import { sdkCommand, startProgram } from "./program.ts";
import type { Program, Runtime } from "./program.ts";
import { Providers } from "./providers.ts";
import { refreshAll } from "./refresh.ts";
import { removeAll } from "./removal.ts";
import { withServer } from "./rpc.ts";
import type { Service } from "./rpc.ts";
import type { Result, Step } from "./steps.ts";
import type { Remediation } from "./plan-step.ts";
import { Transforms } from "./transforms.ts";
import { STACK_TYPE } from "./urn.ts";
import { Planner, type UpdatePlan } from "./update-plan.ts";
import { Properties } from "./wire.ts";

/** As built. */
const PLUGIN = join(import.meta.dirname, "../../../dist/provider/plugin/main.js");

export interface OperationOptions {
  readonly program: Program;
  readonly runtime: Runtime;
  readonly project: string;
  readonly stack: string;
  readonly resources: readonly ResourceState[];
  readonly config: Config;
  readonly preview: boolean;
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly onLog?: ((line: string) => void) | undefined;
  /** That this operation is held to. */
  readonly plan?: UpdatePlan | undefined;
  readonly remediate?: Remediation | undefined;
  /** Before the engine's address, which is the last of the provider's arguments. */
  readonly providerFlags?: readonly string[] | undefined;
}

export class Operation {
  readonly #options: OperationOptions;
  readonly #steps: Step[] = [];
  readonly #logs: string[] = [];
  readonly #failures: string[] = [];
  /** Errors that the program logged; they say why it ended. */
  readonly #errors: string[] = [];
  readonly #planner: Planner;
  #config: ResourceState | undefined;
  #resources: readonly ResourceState[];

  constructor(options: OperationOptions) {
    this.#options = options;
    this.#planner = new Planner(options.plan);
    this.#config = options.resources.find(Config.isState);
    this.#resources = options.resources.filter((state) => !Config.isState(state));
  }

  get resources(): readonly ResourceState[] {
    return [...(this.#config === undefined ? [] : [this.#config]), ...this.#resources];
  }

  get result(): Result {
    const root = this.#resources.find((state) => state.type === STACK_TYPE);
    return {
      steps: this.#steps,
      outputs: Properties.plain(root?.outputs ?? {}),
      plan: this.#planner.made,
      logs: this.#logs,
      failed: this.#failures.length === 0 ? undefined : this.#failures.join("\n"),
    };
  }

  async refresh(): Promise<void> {
    await this.#phase(async (providers) => {
      const { resources, steps } = await refreshAll(this.#resources, providers);
      this.#resources = resources;
      this.#steps.push(...steps);
    });
  }

  async destroy(): Promise<void> {
    await this.#phase(async (providers) => {
      const left = new Set(this.#resources);
      const onRemoved = (state: ResourceState, step: Step): void => {
        left.delete(state);
        this.#resources = [...left];
        this.#steps.push(step);
      };
      await removeAll(this.#resources, { providers, preview: false, onRemoved });
      this.#config = undefined;
    });
  }

  async runProgram(): Promise<void> {
    const { stack, project, preview, config, remediate } = this.#options;
    if (this.#failures.length > 0) return; // of the refresh before it
    this.#config = Config.state(stack, project, Config.properties(config));
    await this.#phase(async (providers) => {
      const deployment = new Deployment({
        ...{ stack, project, preview, providers },
        resources: this.#resources,
        planner: this.#planner,
        remediate: remediate ?? ((_, inputs) => inputs),
      });
      const onFailure = (error: unknown): void => this.#fail(error);
      const transforms = new Transforms();
      try {
        const options = { deployment, transforms, stack, project, preview, onFailure };
        const monitor = monitorService(options);
        const code = await this.#serve([monitor], (address) => this.#program(address));
        if (code !== 0 && this.#failures.length === 0) {
          this.#fail(this.#errors.join("\n") || `the program ended with ${code}`);
        }
        if (this.#failures.length === 0) await deployment.finish();
      } finally {
        await deployment.settle();
        transforms.close();
        this.#resources = deployment.resources;
        this.#steps.push(...deployment.steps);
      }
    });
  }

  async #program(address: string): Promise<number | string> {
    const { program, runtime, stack, project, preview, config } = this.#options;
    const run = { address, runtime, stack, project, preview };
    const child = startProgram(program, run, this.#child(Config.environment(config)));
    return child.ended;
  }

  /** Providers with the configuration that this phase is to see, ended when it is over. */
  async #phase(work: (providers: Providers) => Promise<void>): Promise<void> {
    if (this.#failures.length > 0) return;
    await this.#serve([], async (engine) => {
      const { program, project, providerFlags = [] } = this.#options;
      const commands = {
        "pulumi-nodejs": sdkCommand(program, "dynamic-provider"),
        lix: [PLUGIN],
      };
      const args = [...providerFlags, engine];
      const child = this.#child({ PULUMI_NODEJS_PROJECT: project });
      const config = this.#config?.inputs ?? {};
      const providers = new Providers(commands, { ...child, args }, config);
      try {
        await work(providers);
      } catch (error) {
        this.#fail(error);
      } finally {
        await providers.end();
      }
    });
  }

  #serve<T>(services: readonly Service[], use: (address: string) => Promise<T>): Promise<T> {
    return withServer([engineService((message) => this.#log(message)), ...services], use);
  }

  #child(env: Environment): Omit<ChildOptions, "args"> {
    return {
      cwd: this.#options.program.cwd,
      // Without what the process that tests us hands on to its own children.
      env: { ...this.#options.env, NODE_TEST_CONTEXT: undefined, ...env },
      signal: this.#options.signal,
      onLine: (line) => this.#say(line),
    };
  }

  #log({ severity, text, ephemeral }: LogMessage): void {
    if (severity === "debug") return;
    if (severity === "error") this.#errors.push(text);
    this.#say(`${ephemeral ? "progress" : severity}: ${text}`);
  }

  #say(line: string): void {
    this.#logs.push(line);
    this.#options.onLog?.(line);
  }

  #fail(error: unknown): void {
    const late = this.#options.signal.aborted ? "the time limit was reached: " : "";
    this.#failures.push(late + (error instanceof Error ? error.message : String(error)));
  }
}

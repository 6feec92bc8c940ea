/**
 * One preview or update: turns registrations into steps, and steps into the next state.
 * @module
 */
import { Alias } from "./aliases.ts";
import type { ResourceState } from "./checkpoint.ts";
import { existing, planComponent, planStep } from "./plan-step.ts";
import type { Goal, PlannedStep, Remediation } from "./plan-step.ts";
import { PartialFailure } from "./provider.ts";
import type { Created, Provider } from "./provider.ts";
import type { Providers } from "./providers.ts";
import { deletion, removeAll, removeOne } from "./removal.ts";
import type { Step } from "./steps.ts";
import { Urn } from "./urn.ts";
import type { Planner } from "./update-plan.ts";
import { contains, hideKeys, UNKNOWN } from "./wire.ts";
import type { Properties } from "./wire.ts";

export interface DeploymentOptions {
  readonly stack: string;
  readonly project: string;
  readonly preview: boolean;
  readonly providers: Providers;
  readonly resources: readonly ResourceState[];
  readonly planner: Planner;
  readonly remediate: Remediation;
}

export class Deployment {
  readonly #options: DeploymentOptions;
  readonly #steps: Step[] = [];
  readonly #seen = new Set<string>();
  /** Resources of the last operation that have not been processed yet. */
  readonly #left: Map<string, ResourceState>;
  readonly #made = new Map<string, ResourceState>();
  readonly #replaced: Set<ResourceState>;
  /** What was found by an alias, with the URN that it had. */
  readonly #aliased = new Map<string, string>();
  readonly #running: Promise<unknown>[] = [];
  #planning: Promise<unknown> = Promise.resolve();

  constructor(options: DeploymentOptions) {
    this.#options = options;
    const [replaced, left] = [true, false].map((doomed) =>
      options.resources.filter((state) => (state.delete === true) === doomed),
    );
    this.#replaced = new Set(replaced);
    this.#left = new Map(left?.map((state) => [state.urn, state]));
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** True at any moment, also after a failure halfway. */
  get resources(): readonly ResourceState[] {
    return [...this.#made.values(), ...this.#left.values(), ...this.#replaced];
  }

  register(goal: Goal): Promise<ResourceState> {
    const registration = this.#register(goal);
    this.#running.push(registration);
    return registration;
  }

  /** A program that fails may end before what it registered: that is waited for, and recorded. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #register(goal: Goal): Promise<ResourceState> {
    const urn = this.#claim(goal);
    const provider = goal.custom ? await this.#options.providers.of(goal.type) : undefined;
    if (provider !== undefined && goal.importId !== undefined)
      await refuseImport(provider, urn, goal.importId);
    const old = this.#findOld(urn, goal);
    const { preview, planner, remediate } = this.#options;
    const plan = await this.#oneAtATime(async () =>
      provider === undefined
        ? planComponent(goal, old)
        : planStep(provider, { urn, goal, old, preview, remediate }),
    );
    planner.register(urn, { op: plan.op, olds: old?.inputs ?? {}, news: plan.checked });
    const replaces = plan.op === "replace" && old !== undefined;
    if (replaces && plan.deleteBeforeReplace) {
      if (!preview) await removeOne(old, this.#options.providers);
      this.#left.delete(old.urn);
      this.#steps.push(deletion(old));
    }
    const record = (result: Created, initErrors?: readonly string[]): ResourceState => {
      const state = makeState({ urn, goal, plan, result, initErrors });
      this.#made.set(urn, state);
      if (old !== undefined) this.#left.delete(old.urn);
      if (replaces && !plan.deleteBeforeReplace) this.#replaced.add({ ...old, delete: true });
      return state;
    };
    try {
      const state = record(await this.#apply({ urn, plan, provider, old }));
      this.#steps.push(stepOf(plan, state, old));
      return state;
    } catch (error) {
      if (error instanceof PartialFailure) record(error, error.reasons);
      throw error;
    }
  }

  /** `opts.id`: a resource that exists already and is not ours. */
  async read(goal: Goal, id: string): Promise<ResourceState> {
    const urn = this.#claim(goal);
    const provider = await this.#options.providers.of(goal.type);
    const found = contains(id, (value) => value === UNKNOWN)
      ? { id, outputs: {} }
      : await provider.read({ urn, id, inputs: goal.inputs, outputs: {} });
    if (found === undefined) throw new Error(`resource '${id}' does not exist`);
    const { inputs } = goal;
    const plan = { op: "same", inputs, checked: inputs, deleteBeforeReplace: false } as const;
    const state = { ...makeState({ urn, goal, plan, result: found }), external: true };
    this.#left.delete(urn);
    this.#made.set(urn, state);
    this.#steps.push({ op: "read", urn, newInputs: state.inputs, outputs: state.outputs });
    return state;
  }

  registerOutputs(urn: string, outputs: Properties): void {
    const state = this.#made.get(urn);
    if (state === undefined) throw new Error(`no resource ${urn}`);
    const before = this.#options.resources.find((old) => old.urn === urn)?.outputs ?? {};
    this.#options.planner.registerOutputs(urn, before, outputs);
    this.#made.set(urn, { ...state, outputs });
    const at = this.#steps.findIndex((step) => step.urn === urn);
    const step = this.#steps[at];
    if (step !== undefined) this.#steps[at] = { ...step, outputs };
  }

  /** The program ended well: what it did not register goes, and what was replaced. */
  async finish(): Promise<void> {
    // From the end: a resource that is no longer wanted may depend on one that was replaced.
    await removeAll([...this.#replaced, ...this.#left.values()], {
      ...this.#options,
      onRemoved: (state, step) => {
        if (!this.#replaced.delete(state)) this.#left.delete(state.urn);
        this.#steps.push(step);
      },
    });
  }

  #claim(goal: Goal): string {
    const urn = Urn.of({ ...this.#options, ...goal });
    if (this.#seen.has(urn)) throw new Error(`duplicate resource URN '${urn}'`);
    this.#seen.add(urn);
    return urn;
  }

  #findOld(urn: string, goal: Goal): ResourceState | undefined {
    const urns = [urn, ...Alias.urns(goal.aliases, { ...this.#options, ...goal }, this.#aliased)];
    const old = urns.flatMap((one) => this.#left.get(one) ?? [])[0];
    if (old !== undefined && old.urn !== urn) this.#aliased.set(urn, old.urn);
    return old;
  }

  /** Checks and diffs run one after the other, whatever the parallelism; creates do not. */
  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#planning.then(work, work);
    this.#planning = turn.catch(() => {});
    return turn;
  }

  async #apply({ urn, plan, provider, old }: Application): Promise<Created> {
    if (plan.op === "same") return { id: old?.id ?? "", outputs: old?.outputs ?? {} };
    if (provider === undefined) return { id: "", outputs: {} };
    const updates = plan.op === "update" && old !== undefined;
    const { preview } = this.#options;
    if (!updates) return provider.create(urn, plan.inputs, { preview });
    const outputs = await provider.update(existing(old), plan.inputs, { preview });
    return { id: old.id ?? "", outputs };
  }
}

/** The engine reads what it is to import, and a dynamic provider fails then: it is handed no code. */
async function refuseImport(provider: Provider, urn: string, id: string): Promise<never> {
  await provider.read({ urn, id, inputs: {}, outputs: {} });
  throw new Error(`this host imports nothing: ${id}`);
}

interface Application {
  readonly urn: string;
  readonly plan: PlannedStep;
  readonly provider: Provider | undefined;
  readonly old: ResourceState | undefined;
}

interface StateParts {
  readonly urn: string;
  readonly goal: Goal;
  readonly plan: PlannedStep;
  readonly result: Created;
  readonly initErrors?: readonly string[] | undefined;
}

function makeState({ urn, goal, plan, result, initErrors }: StateParts): ResourceState {
  const { type, custom, parent, dependencies, additionalSecretOutputs } = goal;
  const outputs = hideKeys(result.outputs, additionalSecretOutputs);
  const id = custom ? result.id : undefined;
  // The engine writes no `false` into a state.
  const [protect, retainOnDelete] = [goal.protect, goal.retainOnDelete].map(
    (flag) => flag === true || undefined,
  );
  const identity = { urn, type, custom, id, parent, dependencies };
  const options = { protect, retainOnDelete, additionalSecretOutputs };
  return { ...identity, inputs: plan.inputs, outputs, ...options, initErrors };
}

const stepOf = (plan: PlannedStep, state: ResourceState, old?: ResourceState): Step => ({
  op: plan.op,
  urn: state.urn,
  oldInputs: old?.inputs,
  oldOutputs: old?.outputs,
  newInputs: plan.inputs,
  outputs: state.outputs,
  diff: plan.diff,
});

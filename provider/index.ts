/**
 * The engine's entry: `require("pulumi-lix/provider")`, as the constant text in every state says.
 * These names are a contract with all states ever written.
 * @module
 */
import { requireNode } from "../sdk/node-version.ts";
import { endOnSignals } from "./base/signals.ts";
import { endWithoutEngine } from "./pulumi/engine-gone.ts";

requireNode();
endOnSignals();
endWithoutEngine();

type Wire = Record<string, unknown>;

/** As Pulumi's dynamic.ResourceProvider has it. In full, so that the declarations of this entry stand alone. */
interface Provider {
  check(olds: Wire, news: Wire): Promise<{ inputs: Wire; failures: Failure[] }>;
  diff(
    id: string,
    olds: Wire,
    news: Wire,
  ): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }>;
  create(inputs: Wire): Promise<{ id: string; outs: Wire }>;
  update(id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }>;
  read(id: string, props: Wire): Promise<{ id: string; props: Wire; inputs: Wire }>;
  delete(id: string, props: Wire): Promise<void>;
}

interface Failure {
  readonly property: string;
  readonly reason: string;
}

// Only now: to name what an older Node lacks is an error before any of our code runs. In each method, so
// that the one that is called tells what is wrong with loading it.
const load = () => import("./pulumi/lifecycle.ts");

export const check: Provider["check"] = async (...given) => (await load()).check(...given);
export const diff: Provider["diff"] = async (...given) => (await load()).diff(...given);
export const create: Provider["create"] = async (...given) => (await load()).create(...given);
export const update: Provider["update"] = async (...given) => (await load()).update(...given);
export const read: Provider["read"] = async (...given) => (await load()).read(...given);
const deleteImage: Provider["delete"] = async (...given) => (await load()).delete(...given);
export { deleteImage as delete };

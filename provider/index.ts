/**
 * The engine's entry: `require("pulumi-lix/provider")`, as the constant text in every state says.
 * These names are a contract with all states ever written.
 * @module
 */
import { requireNode } from "../sdk/node-version.ts";
import { endOnSignals } from "./base/signals.ts";
import { endWithoutEngine } from "./lifecycle/engine-gone.ts";
import type * as Lifecycle from "./lifecycle/lifecycle.ts";

requireNode();
endOnSignals();
endWithoutEngine();

type Lifecycle = typeof Lifecycle;

// Only now: to name what an older Node lacks is an error before any of our code runs. In each method, so
// that the one that is called tells what is wrong with loading it.
const load = () => import("./lifecycle/lifecycle.ts");

export const check: Lifecycle["check"] = async (...given) => (await load()).check(...given);
export const diff: Lifecycle["diff"] = async (...given) => (await load()).diff(...given);
export const create: Lifecycle["create"] = async (...given) => (await load()).create(...given);
export const update: Lifecycle["update"] = async (...given) => (await load()).update(...given);
export const read: Lifecycle["read"] = async (...given) => (await load()).read(...given);
const deleteImage: Lifecycle["delete"] = async (...given) => (await load()).delete(...given);
export { deleteImage as delete };

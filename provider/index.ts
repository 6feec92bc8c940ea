/**
 * The engine's entry: `require("pulumi-lix/provider")`, as the constant text in every state says.
 * These names are a contract with all states ever written.
 * @module
 */
import { requireNode } from "../sdk/node-version.ts";
import { endWithoutEngine } from "./lifecycle/engine-gone.ts";
import type * as Lifecycle from "./lifecycle/lifecycle.ts";

requireNode();
endWithoutEngine();

type Lifecycle = typeof Lifecycle;

// Only now: to name what an older Node lacks is an error before any of our code runs.
const lifecycle = import("./lifecycle/lifecycle.ts");

export const check: Lifecycle["check"] = async (...given) => (await lifecycle).check(...given);
export const diff: Lifecycle["diff"] = async (...given) => (await lifecycle).diff(...given);
export const create: Lifecycle["create"] = async (...given) => (await lifecycle).create(...given);
export const update: Lifecycle["update"] = async (...given) => (await lifecycle).update(...given);
export const read: Lifecycle["read"] = async (...given) => (await lifecycle).read(...given);
const deleteImage: Lifecycle["delete"] = async (...given) => (await lifecycle).delete(...given);
export { deleteImage as delete };

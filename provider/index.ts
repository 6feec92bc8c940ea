/**
 * The engine's entry: `require("pulumi-lix/provider")`, as the constant text in every state says.
 * These names are a contract with all states ever written.
 * @module
 */
export { check, create, delete, diff, read, update } from "./lifecycle/lifecycle.ts";

/**
 * CPU milliseconds of one check and diff in a fresh process, without loading the provider:
 * `node cost.ts FILE [ARGS]`, with what record-state.ts wrote, and JSON of arguments that change.
 * @module
 */
import { readFileSync } from "node:fs";
import type { Recorded } from "./unchanged.ts";

const [, , file = "", changed = "{}"] = process.argv;
const { args, inputs, outputs } = JSON.parse(readFileSync(file, "utf8")) as Recorded;
const { check, diff } = await import("pulumi-lix/provider");

const before = process.cpuUsage();
const news = { ...args, ...(JSON.parse(changed) as object) };
const checked = await check(inputs, news);
if (checked.failures.length > 0) throw new Error(JSON.stringify(checked.failures));
const { changes } = await diff("", outputs, checked.inputs);
const { user, system } = process.cpuUsage(before);

if (changes !== (changed !== "{}")) throw new Error(`changes: ${String(changes)}`);
console.log((user + system) / 1000);

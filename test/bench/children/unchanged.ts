/**
 * check and diff where nothing changed, in a process that has done nothing yet and again in the same
 * one: `node unchanged.ts FILE` with what record-state.ts wrote. Prints milliseconds.
 * @module
 */
import { readFileSync } from "node:fs";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";

export interface Recorded {
  readonly args: PropertyMap;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface Unchanged {
  /** Loading the provider. */
  readonly load: number;
  /** The first check and diff. */
  readonly first: number;
  /** The twentieth. */
  readonly warm: number;
  /** Importing @pulumi/pulumi, which the program of every user does. */
  readonly pulumi: number;
}

const { args, inputs, outputs } = JSON.parse(
  readFileSync(process.argv[2] ?? "", "utf8"),
) as Recorded;
const begun = performance.now();
const { check, diff } = await import("pulumi-lix/provider");
const load = performance.now() - begun;

async function checkAndDiff(): Promise<number> {
  const started = performance.now();
  const checked = await check(inputs, args);
  const { changes } = await diff("", outputs, checked.inputs);
  if (changes) throw new Error("something changed");
  return performance.now() - started;
}

const first = await checkAndDiff();
let warm = first;
for (let count = 1; count < 20; count += 1) warm = await checkAndDiff();
const before = performance.now();
await import("@pulumi/pulumi");
const measured: Unchanged = { load, first, warm, pulumi: performance.now() - before };
console.log(JSON.stringify(measured));

/**
 * `npm run bench`: what builds, pushes and checks take, beside xz, gzip and skopeo on the same bytes.
 * docs/benchmarks.md says what came out.
 *
 *     npm run bench                            made-up packages
 *     LIX_IMAGE_WORLD=… npm run bench          real ones
 *     npm run bench -- --rounds 9              default: 5
 *     npm run bench -- --only push             only what has it in its name
 *     npm run bench -- --growth                only how checks grow with paths, packages and files
 *     npm run bench -- --network               only builds and pushes over a slow network
 *     npm run bench -- --large                 only builds of 2 GB
 *     npm run bench -- --layering [LOCK …]     only what updates push and pull, by how layers are divided
 * @module
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import { exit } from "node:process";
import { parseArgs } from "node:util";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { findProgram, pathFolders } from "../../examples/start/find-program.ts";
import { growthTable } from "./growth.ts";
import { largeSubjects } from "./large.ts";
import { networkSubjects } from "./network.ts";
import { layeringTable } from "./layering/table.ts";
import { benchPackages } from "./packages.ts";
import { aligned, table } from "./report.ts";
import { outputOf } from "./output.ts";
import { median, sample, type Subject } from "./samples.ts";
import { subjectsOf } from "./subjects.ts";
import type { Unchanged } from "./children/unchanged.ts";
import { child, makeWorkbench, type Workbench } from "./workbench.ts";

const MOST_LOAD = 8;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    growth: { type: "boolean", default: false },
    network: { type: "boolean", default: false },
    large: { type: "boolean", default: false },
    layering: { type: "boolean", default: false },
    layers: { type: "string", default: "40" },
  },
});
const rounds = Number(values.rounds);
if (values.layering) {
  // It counts bytes and measures no time, so the load does not matter.
  const options = { maxLayers: Number(values.layers), locks: positionals, progress };
  for await (const line of layeringTable(options)) console.log(line);
  exit(0);
}
const load = loadavg()[0] ?? 0;
const missing = ["sh", "xargs", "xz", "gzip"].filter(
  (name) => findProgram(name, pathFolders()) === undefined,
);
if (load > MOST_LOAD) refuse(`the load is ${load.toFixed(1)}, so nothing measured would mean much`);
if (missing.length > 0) refuse(`it compares with ${missing.join(", ")}, which is not installed`);
if (!Number.isInteger(rounds) || rounds < 1) refuse("--rounds wants a number");

if (values.growth) {
  for (const line of await growthTable(rounds, progress)) console.log(line);
  exit(0);
}

await withTempDir(async (folder) => {
  progress("preparing");
  if (values.large)
    return await measureAll("made-up packages of 2 GB", await largeSubjects(folder));
  const bench = await makeWorkbench(folder, await benchPackages(folder));
  const what = packagesOf(bench);
  if (values.network) return await measureAll(what, networkSubjects(bench));
  await measureAll(what, await subjectsOf(bench));
  const unchanged: Unchanged[] = [];
  const unknown: Unchanged[] = [];
  for (let round = 0; round < rounds; round += 1) {
    unchanged.push(await checkUnchanged(bench, bench.cache));
    unknown.push(await withTempDir((empty) => checkUnchanged(bench, empty)));
  }
  console.log("");
  for (const line of milliseconds(unchanged, unknown)) console.log(line);
});

/** Prints what was measured, and on which machine. */
async function measureAll(what: string, all: readonly Subject[]): Promise<void> {
  const subjects = all.filter(({ name }) => name.includes(values.only));
  const lines = table(await sample(subjects, rounds, progress));
  for (const line of [what, ...machine(load), "", ...lines]) console.log(line);
}

async function checkUnchanged({ state }: Workbench, cache: string): Promise<Unchanged> {
  const env = { LIX_IMAGE_CACHE: cache };
  return JSON.parse(
    await outputOf([process.execPath, child("unchanged.ts"), state], env),
  ) as Unchanged;
}

function milliseconds(unchanged: readonly Unchanged[], unknown: readonly Unchanged[]): string[] {
  const of = (all: readonly Unchanged[], key: keyof Unchanged): string =>
    median(all.map((each) => each[key])).toFixed(0);
  return aligned([
    ["check and diff, nothing changed", "ms"],
    ["importing @pulumi/pulumi, for comparison", of(unchanged, "pulumi")],
    ["loading the provider's entry", of(unchanged, "load")],
    ["in a fresh process", of(unchanged, "first")],
    ["in a fresh process, on a machine that knows only the state", of(unknown, "first")],
    ["in the same process again", of(unchanged, "warm")],
  ]);
}

function packagesOf({ packages, nars, narBytes, downloadBytes }: Workbench): string {
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  return `${packages.description}: ${nars.length} NARs of ${mb(narBytes)}, ${mb(downloadBytes)} as xz`;
}

function machine(before: number): string[] {
  const model = cpus()[0]?.model.trim() ?? "unknown";
  return [
    `${availableParallelism()} processors, ${model}; Node ${process.versions.node}; load before: ${before.toFixed(1)}`,
    `medians of ${rounds} rounds, the largest peak of each; × is times the first line`,
  ];
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

function refuse(reason: string): never {
  console.error(`bench: ${reason}`);
  exit(1);
}

/** How the cost of a check grows with an image, and where it grows faster than the image does. @module */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { GROWTH, type GrowthSubject } from "./growth-subjects.ts";
import { outputOf } from "./output.ts";
import { aligned } from "./report.ts";
import { median } from "./samples.ts";
import { child } from "./workbench.ts";

/** CPU milliseconds, each in a fresh process. */
interface Cost {
  readonly cached: number;
  readonly stateOnly: number;
  readonly changed: number;
}

const COLUMNS = {
  cached: "no change",
  stateOnly: "no change, state only",
  changed: "one setting, state only",
} as const satisfies Record<keyof Cost, string>;
const KEYS = Object.keys(COLUMNS) as (keyof Cost)[];

/** One line for each size, and below each list of sizes the exponent between its last two. */
export async function growthTable(
  rounds: number,
  progress: (line: string) => void,
): Promise<string[]> {
  const rows = [["check and diff, CPU ms", ...Object.values(COLUMNS)]];
  for (const subjects of GROWTH) {
    const costs: (readonly [GrowthSubject, Cost])[] = [];
    for (const subject of subjects) {
      progress(subject.name);
      const cost = await costOf(subject, rounds);
      costs.push([subject, cost]);
      rows.push([subject.name, ...KEYS.map((key) => cost[key].toFixed(0))]);
    }
    const [before, last] = costs.slice(-2);
    if (before !== undefined && last !== undefined)
      rows.push(["  exponent", ...KEYS.map((key) => exponent(before, last, key).toFixed(2))]);
  }
  return aligned(rows);
}

/** 0: it does not grow; 1: twice the size costs twice as much; 2: four times as much. */
const exponent = (
  [{ size: smaller }, less]: readonly [GrowthSubject, Cost],
  [{ size: larger }, more]: readonly [GrowthSubject, Cost],
  key: keyof Cost,
): number => Math.log(more[key] / less[key]) / Math.log(larger / smaller);

const costOf = (subject: GrowthSubject, rounds: number): Promise<Cost> =>
  withTempDir(async (folder) => {
    const cache = join(folder, "local-cache");
    const state = await subject.record(folder, cache);
    const run = (known: string, args: object): Promise<number> =>
      outputOf([process.execPath, child("cost.ts"), state, JSON.stringify(args)], {
        LIX_IMAGE_CACHE: known,
      }).then(Number);
    const inEmpty = (args: object): Promise<number> =>
      withTempDir(async (empty) => {
        await mkdir(join(empty, "cache"));
        return run(join(empty, "cache"), args);
      });
    const costs: Cost[] = [];
    for (let round = 0; round < rounds; round += 1)
      costs.push({
        cached: await run(cache, {}),
        stateOnly: await inEmpty({}),
        changed: await inEmpty({ nixConf: { cores: 4 } }),
      });
    const of = (key: keyof Cost): number => median(costs.map((cost) => cost[key]));
    return { cached: of("cached"), stateOnly: of("stateOnly"), changed: of("changed") };
  });

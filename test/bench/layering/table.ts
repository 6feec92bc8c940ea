/** `npm run bench -- --layering [LOCK …]`: what weeks of updates push and pull, by how layers are divided. @module */
import { lockedClosure, type Closure } from "./closure.ts";
import { madeUpPackages, recordedPackages } from "./packages.ts";
import { PACES, revisions, type Pace } from "./revisions.ts";
import { random } from "./random.ts";
import { replay, type Replayed } from "./replay.ts";
import { STRATEGIES } from "./strategies.ts";
import { readLock } from "../../../provider/lock/read-lock.ts";
import { findRealWorld } from "../../support/real-world.ts";
import { aligned } from "../report.ts";

export interface LayeringOptions {
  readonly maxLayers: number;
  /** Recorded revisions, in their order; at least two, or none. */
  readonly locks: readonly string[];
  readonly progress: (line: string) => void;
}

interface Trace {
  readonly name: string;
  readonly series: () => Closure[];
}

/** Of every trace: a line with its size, and one for each strategy. */
export async function* layeringTable(options: LayeringOptions): AsyncGenerator<string> {
  const { maxLayers, progress } = options;
  for (const { name, series } of await tracesOf(options)) {
    const closures = series();
    const rows = STRATEGIES.map((strategy) => {
      progress(`${name}: ${strategy.name}`);
      return replay(closures, strategy, maxLayers);
    });
    progress("");
    yield* [...traceLines(name, closures, rows), ""];
  }
}

const SEED = 1;
/** About 1.37 paths are made of each package. Large closures take minutes, so they get one pace each. */
const MADE_UP = [
  { packages: 92, paths: 125, paces: PACES },
  { packages: 180, paths: 250, paces: PACES },
  { packages: 360, paths: 500, paces: PACES },
  { packages: 725, paths: 1_000, paces: PACES.slice(1, 2) },
  { packages: 1_460, paths: 2_000, paces: PACES.slice(1, 2) },
];

async function tracesOf({ locks }: LayeringOptions): Promise<Trace[]> {
  if (locks.length > 0) {
    const closures = await Promise.all(locks.map(closureOfLock));
    return [{ name: `${locks.length} locks`, series: () => closures }];
  }
  const world = findRealWorld();
  const recorded = world === undefined ? [] : [await closureOfLock(world.lockFile)];
  const modelled = (name: string, pace: Pace, make: () => ReturnType<typeof madeUpPackages>) => ({
    name: `${name}, ${pace.name}`,
    series: () => [...revisions(make(), pace, SEED)],
  });
  return [
    ...recorded.flatMap((closure) =>
      PACES.map((pace) =>
        modelled("the packages of LIX_IMAGE_WORLD", pace, () =>
          recordedPackages(closure, random(SEED)),
        ),
      ),
    ),
    ...MADE_UP.flatMap(({ packages, paths, paces }) =>
      paces.map((pace) =>
        modelled(`about ${paths} made-up paths`, pace, () =>
          madeUpPackages(packages, random(SEED)),
        ),
      ),
    ),
  ];
}

async function closureOfLock(file: string): Promise<Closure> {
  const { lock } = await readLock(file);
  const [system] = lock.systems.values();
  if (system === undefined) throw new RangeError(`${file} has no system`);
  return lockedClosure(system);
}

function traceLines(
  name: string,
  closures: readonly Closure[],
  rows: readonly Replayed[],
): string[] {
  const [first] = closures;
  const paths = [...(first?.paths.values() ?? [])];
  const bytes = paths.reduce((sum, { narSize }) => sum + narSize, 0);
  const updates = closures.length - 1;
  // One path a layer pushes what changed and nothing else.
  const floor = rows[0]?.pushed ?? NaN;
  const times = (sum: number): string => (sum / floor).toFixed(2);
  return [
    `${name}: ${paths.length} paths of ${megabytes(bytes)}; ${updates} updates that change ${megabytes(floor / updates)} each`,
    ...aligned([
      ["", "pushed ×", "pulled ×", "unpacked ×", "layers", "largest", "moved"],
      ...rows.map(({ strategy, pushed, pulled, unpacked, layers, largest, moved }) => [
        `  ${strategy}`,
        times(pushed),
        times(pulled),
        times(unpacked),
        String(layers),
        megabytes(largest),
        `${(100 * moved).toFixed(1)} %`,
      ]),
    ]),
  ];
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/**
 * Packages that refer to each other as those of nixpkgs do: made up in any number, or those of a recorded closure.
 * @module
 */
import { parseDrvName } from "../../../provider/formats/nix/drv-name.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { references, type Closure } from "./closure.ts";
import type { Random } from "./random.ts";

/** What is built together, and changes together. */
export interface Package {
  readonly name: string;
  readonly outputs: readonly Output[];
  /** What it is built with beside what its outputs refer to: indexes of {@link Packages.tools}. */
  readonly tools: readonly number[];
}

export interface Output {
  /** Empty for `out`. */
  readonly suffix: string;
  readonly size: number;
  readonly references: readonly OutputId[];
}

export type OutputId = readonly [pkg: number, output: number];

/** References point to earlier packages, or to earlier outputs of the same one. */
export interface Packages {
  readonly list: readonly Package[];
  /** How many programs there are that packages are built with and do not refer to. */
  readonly tools: number;
  /** Of docker.nix's explicit layers, without what they refer to. */
  readonly groups: readonly (readonly OutputId[])[];
}

/** Compilers, build systems, code generators, test runners. */
const TOOLS = 40;
/** Most packages need no more than the standard environment, others several. */
const TOOLS_OF_A_PACKAGE = 2;
/** Packages so early that nearly everything refers to one of them: glibc, gcc's libraries, zlib, bash. */
const CORE = 6;

/**
 * So many packages. The references of a package: all of them refer to glibc, one in two to the rest of the core,
 * and the others prefer what many refer to already, which gives the few hubs and the many leaves of nixpkgs.
 */
export function madeUpPackages(count: number, random: Random): Packages {
  const list: Package[] = [];
  // Each package once, and once more for every reference to it.
  const popular: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const wanted = at < CORE ? random.integer(at + 1) : 2 + random.integer(6);
    const chosen = new Set<number>(at === 0 ? [] : [0]);
    for (let each = 0; each < wanted && at > 0; each += 1)
      chosen.add(
        random.chance(0.5)
          ? random.integer(Math.min(at, CORE))
          : (popular[random.integer(popular.length)] ?? 0),
      );
    popular.push(at, ...chosen);
    list.push(madeUpPackage(at, [...chosen], random));
  }
  return { list, tools: TOOLS, groups: groupsOf(list, random) };
}

/** Sizes as in a closure of nixpkgs: half of the outputs are below 200 kB, one in a hundred is above 30 MB. */
const madeUpSize = (random: Random): number =>
  Math.ceil((200_000 * 2 ** (3.1 * random.normal())) / 8) * 8;
const MOST = 400_000_000;

function madeUpPackage(at: number, depends: readonly number[], random: Random): Package {
  const main = depends.map((pkg): OutputId => [pkg, 0]);
  const size = (): number => Math.min(madeUpSize(random), MOST);
  const outputs: Output[] = [{ suffix: "", size: size(), references: main }];
  // A program beside its library, and pages of documentation.
  if (random.chance(0.25))
    outputs.push({ suffix: "bin", size: size(), references: [...main, [at, 0]] });
  if (random.chance(0.1)) outputs.push({ suffix: "man", size: 60_000, references: [] });
  return { name: `package-${at}`, outputs, tools: toolsOf(random) };
}

const toolsOf = (random: Random): number[] =>
  Array.from({ length: random.integer(2 * TOOLS_OF_A_PACKAGE + 1) }, () => random.integer(TOOLS));

/** Three like docker.nix's: one package, three packages, one package, all from the late half. */
function groupsOf(list: readonly Package[], random: Random): OutputId[][] {
  const half = list.length >> 1;
  return [1, 3, 1].map((count) =>
    Array.from({ length: count }, (): OutputId => [half + random.integer(list.length - half), 0]),
  );
}

/** Outputs of one derivation are one package. */
export function recordedPackages(closure: Closure, random: Random): Packages {
  const ids = new Map<StorePath, OutputId>();
  const idsOf = (paths: readonly StorePath[]): OutputId[] =>
    paths.map((path) => ids.get(path)).filter((id) => id !== undefined);
  const list: { name: string; outputs: Output[]; tools: number[] }[] = [];
  const open = new Map<string, number>();
  for (const path of inOrder(closure)) {
    const { name, version = "" } = parseDrvName(StorePath.name(path));
    const key = `${name}-${version.split("-")[0]}`;
    const to = idsOf(references(closure, path).filter((reference) => reference !== path));
    // A cycle between packages cannot be told from two packages of one name; then they stay apart.
    const last = open.get(key);
    const joins = last !== undefined && to.every(([pkg]) => pkg <= last) ? last : undefined;
    const pkg = joins ?? list.push({ name: key, outputs: [], tools: toolsOf(random) }) - 1;
    open.set(key, pkg);
    const outputs = list[pkg]?.outputs ?? [];
    ids.set(path, [pkg, outputs.length]);
    const suffix = outputs.length === 0 ? "" : `o${outputs.length}`;
    outputs.push({ suffix, size: closure.paths.get(path)?.narSize ?? 0, references: to });
  }
  return { list, tools: TOOLS, groups: closure.groups.map(idsOf) };
}

/** What a path refers to comes before it. */
function inOrder(closure: Closure): StorePath[] {
  const ordered = new Set<StorePath>();
  const visit = (path: StorePath): void => {
    for (const to of references(closure, path)) if (to !== path && !ordered.has(to)) visit(to);
    ordered.add(path);
  };
  for (const path of [...closure.paths.keys()].sort(StorePath.compare))
    if (!ordered.has(path)) visit(path);
  return [...ordered];
}

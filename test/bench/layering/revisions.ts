/**
 * A series of closures as updates of nixpkgs make them, from a seed.
 *
 * What is taken from sources:
 * - A change that rebuilds 500 packages or more goes to the branch `staging`, and arrives together with others when
 *   staging-next is merged (nixpkgs CONTRIBUTING.md, "Staging"). So in an ordinary week the packages that much
 *   depends on do not change.
 * - staging-next was merged into master on 2025-11-12 and 2025-11-22, in January and on 2026-03-19 (nixpkgs#457894,
 *   #461523, #471587, #497493): every third week or so. For a release, six iterations in eight weeks
 *   (nixpkgs#176402, #184513).
 * - A package whose derivation changes takes everything with it that it is built into: store paths are
 *   input-addressed.
 *
 * What is assumed: every number of {@link Pace} below, that rates differ between packages by a factor of e, and that
 * a package is rebuilt for the sake of a tool of which its outputs know nothing about as often as such a tool changes.
 * @module
 */
import { createHash } from "node:crypto";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { nixbase32 } from "../../../provider/formats/nix/nixbase32.ts";
import type { Closure, ClosurePath } from "./closure.ts";
import type { Output, OutputId, Package, Packages } from "./packages.ts";
import { random, type Random } from "./random.ts";

/** Of one update, all as probabilities. */
export interface Pace {
  readonly name: string;
  readonly updates: number;
  /** That a mass rebuild comes with it. */
  readonly staging: number;
  /** With a mass rebuild: that the standard environment changed, so that everything is rebuilt. */
  readonly stdenv: number;
  /** With a mass rebuild: that a package changed which much depends on. */
  readonly core: number;
  /** That any other package changed. */
  readonly leaf: number;
  /** That a tool changed. */
  readonly tool: number;
}

export const PACES: readonly Pace[] = [
  {
    name: "unstable, weekly",
    updates: 26,
    staging: 0.3,
    stdenv: 1,
    core: 0.1,
    leaf: 0.03,
    tool: 0.02,
  },
  {
    name: "release, weekly",
    updates: 26,
    staging: 0.7,
    stdenv: 0.1,
    core: 0.02,
    leaf: 0.01,
    tool: 0.005,
  },
  {
    name: "release, daily",
    updates: 60,
    staging: 0.1,
    stdenv: 0.1,
    core: 0.02,
    leaf: 0.002,
    tool: 0.001,
  },
];

/** Of the packages in an image: what more than this part of them needs has 500 dependents in nixpkgs. */
const CORE_PART = 0.1;
/** Of changed packages: how many refer to a new one afterwards, and how many no longer to an old one. */
const NEW_REFERENCE = 0.03;
const LOST_REFERENCE = 0.02;

interface State {
  readonly packages: (Package & { readonly build: number; readonly rate: number })[];
  readonly tools: number[];
}

export function* revisions(from: Packages, pace: Pace, seed: number): Generator<Closure> {
  const dice = random(seed);
  const state: State = {
    packages: from.list.map((each) => ({ ...each, build: 0, rate: Math.exp(dice.normal()) })),
    tools: Array.from({ length: from.tools }, () => 0),
  };
  const core = coreOf(from.list);
  yield closureOf(state, from);
  for (let update = 0; update < pace.updates; update += 1) {
    const staging = dice.chance(pace.staging);
    const stdenv = staging && dice.chance(pace.stdenv);
    for (const tool of state.tools.keys())
      if (dice.chance(pace.tool)) state.tools[tool] = (state.tools[tool] ?? 0) + 1;
    for (const [at, each] of state.packages.entries()) {
      const isCore = core.has(at);
      const changes = isCore
        ? staging && dice.chance(pace.core)
        : dice.chance(Math.min(1, pace.leaf * each.rate));
      if (changes) state.packages[at] = { ...changed(each, state, dice), build: each.build + 1 };
      else if (stdenv) state.packages[at] = { ...each, build: each.build + 1 };
    }
    yield closureOf(state, from);
  }
}

/** Those that a large part of all packages refers to, directly or not. */
function coreOf(packages: readonly Package[]): ReadonlySet<number> {
  const behind = packages.map(
    (each, at) => new Set(dependencies(each).filter((pkg) => pkg !== at)),
  );
  const dependents = packages.map(() => 0);
  for (const direct of behind) {
    // A Set goes on to what is added while it is walked.
    for (const pkg of direct) for (const next of behind[pkg] ?? []) direct.add(next);
    for (const pkg of direct) dependents[pkg] = (dependents[pkg] ?? 0) + 1;
  }
  const many = Math.max(3, packages.length * CORE_PART);
  return new Set([...packages.keys()].filter((at) => (dependents[at] ?? 0) > many));
}

const dependencies = ({ outputs }: Package): number[] =>
  outputs.flatMap((output) => output.references.map(([pkg]) => pkg));

type Built = State["packages"][number];

/** A few per cent larger or smaller, and sometimes with other references. */
function changed(before: Built, { packages }: State, dice: Random): Built {
  const [main, ...others] = before.outputs.map((output) => ({
    ...output,
    size: Math.max(8, 8 * Math.round((output.size * (1 + 0.02 * dice.normal())) / 8)),
  }));
  if (main === undefined) return before;
  let references: readonly OutputId[] = main.references;
  if (dice.chance(LOST_REFERENCE)) references = references.slice(0, -1);
  if (dice.chance(NEW_REFERENCE)) {
    const own = packages.indexOf(before);
    if (own > 0) references = [...references, [dice.integer(own), 0]];
  }
  return { ...before, outputs: [{ ...main, references }, ...others] };
}

function closureOf({ packages, tools }: State, { groups }: Packages): Closure {
  const inputs: string[] = [];
  const paths = new Map<StorePath, ClosurePath>();
  const named: (readonly StorePath[])[] = [];
  const pathOf = ([pkg, output]: OutputId): StorePath => {
    const path = named[pkg]?.[output];
    if (path === undefined)
      throw new RangeError(`package ${pkg} comes later than what refers to it`);
    return path;
  };
  for (const [at, each] of packages.entries()) {
    const dependsOn = dependencies(each).filter((pkg) => pkg !== at);
    const text = [
      ...[each.name, at, each.build],
      ...each.tools.map((tool) => tools[tool]),
      ...dependsOn.map((pkg) => inputs[pkg]),
    ].join("\n");
    const input = createHash("sha256").update(text).digest("hex");
    inputs.push(input);
    const own: StorePath[] = [];
    named.push(own);
    for (const output of each.outputs) {
      const path = storePath(input, each, output);
      own.push(path);
      paths.set(path, { references: output.references.map(pathOf), narSize: output.size });
    }
  }
  return { paths, groups: groups.map((group) => group.map(pathOf)) };
}

function storePath(input: string, { name }: Package, { suffix }: Output): StorePath {
  const hash = createHash("sha256").update(`${input} ${suffix}`).digest().subarray(0, 20);
  const end = suffix === "" ? "" : `-${suffix}`;
  return StorePath.parse(`/nix/store/${nixbase32.encode(hash)}-${name}${end}`);
}

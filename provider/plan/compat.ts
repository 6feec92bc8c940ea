/**
 * The argument `compat`: which CI systems and editors an image is for, and what they need from the lock.
 * @module
 */
import { StorePath } from "../formats/nix/store-path.ts";
import type { Directory } from "../formats/nix/tree.ts";
import { compatEnv, compatTree, type ForeignPrograms } from "../formats/rootfs/compat-files.ts";
import type { ProfilePackage } from "../formats/rootfs/manifest-nix.ts";
import type { LockedSystem } from "../lock/lock.ts";
import { foreignPrograms, named, type CompatImage } from "./foreign-programs.ts";
import { lockedOutPath, type AddedPackage } from "./packages.ts";

const TARGETS = ["githubActions", "forgejo", "gitlab", "devContainer"] as const;
type CompatTarget = (typeof TARGETS)[number];
export type CompatChoice = { readonly [target in CompatTarget]?: boolean | undefined };

type Need = "foreign programs" | "node" | "sleep" | "tools";

/** What each needs besides the files that all of them need. */
const NEEDS: Readonly<Record<CompatTarget, readonly Need[]>> = {
  // The runner mounts a Node of its own into the container.
  // https://github.com/actions/runner/blob/main/src/Runner.Worker/Handlers/StepHost.cs
  githubActions: ["foreign programs"],
  // The runner starts /bin/sleep and runs actions with the image's Node; some of them download programs.
  // https://code.forgejo.org/forgejo/runner
  forgejo: ["foreign programs", "node", "sleep"],
  gitlab: [],
  // VS Code installs a server with a Node of its own.
  devContainer: ["foreign programs", "tools"],
};

/** Programs that VS Code runs to check a container. Other packages often bring them along. */
const TOOLS = [
  { program: "sed", package: "gnused", path: /^gnused-\d[\d.]*$/ },
  {
    program: "getconf",
    package: "glibc.bin",
    path: /^glibc-\d[\d.]*(-\d+)?-bin$/,
    architecture: "arm64",
  },
];

/** What is laid over the base system and docker.nix's settings. */
export interface Compat {
  readonly files: Directory;
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly warnings: readonly string[];
}

/** The packages that come into the profile, unless `extraPkgs` has them. */
export function compatPackages(
  choice: CompatChoice,
  system: LockedSystem,
  extraPkgs: readonly string[],
): AddedPackage[] {
  const added: AddedPackage[] = [];
  const add = (argument: string | undefined, name: string, wanted: string | undefined): void => {
    if (argument === undefined || wanted === undefined) return;
    if (!extraPkgs.some((each) => isPackage(name, each))) added.push({ wanted, argument });
  };
  add(targetOf(choice, "node"), "nodejs", "nodejs");
  for (const tool of TOOLS)
    add(targetOf(choice, "tools"), tool.package, named(system.paths.keys(), tool.path).at(-1));
  return added;
}

/** @returns undefined where nothing is chosen. */
export function resolveCompat(choice: CompatChoice, image: CompatImage): Compat | undefined {
  const argument = targetOf(choice);
  if (argument === undefined) return undefined;
  const { system, packages } = image;
  const needsForeign = targetOf(choice, "foreign programs");
  const foreign = needsForeign === undefined ? undefined : foreignPrograms(image, needsForeign);
  const parts = {
    bashInteractive: packages.bashInteractive,
    ianaEtc: lockedOutPath(system, "iana-etc", argument),
    lixVersion: packages.lixVersion,
    foreign,
    sleep: targetOf(choice, "sleep") === undefined ? undefined : packages.coreutils,
  };
  const warnings = [...warningsOf(choice, foreign, image)];
  return { files: compatTree(parts), env: compatEnv(parts), warnings };
}

/** As messages name it: `compat.forgejo`. */
function targetOf(choice: CompatChoice, need?: Need): string | undefined {
  const target = TARGETS.find(
    (each) => choice[each] === true && (need === undefined || NEEDS[each].includes(need)),
  );
  return target && `compat.${target}`;
}

/** Whether an entry of `extraPkgs` is some version of a package: `nodejs`, `nodejs_24`, `/nix/store/…-nodejs-24.1.0`. */
function isPackage(name: string, wanted: string): boolean {
  const attribute = StorePath.is(wanted) ? StorePath.name(wanted) : wanted;
  return attribute === name || attribute.startsWith(`${name}-`) || attribute.startsWith(`${name}_`);
}

function* warningsOf(
  choice: CompatChoice,
  foreign: ForeignPrograms | undefined,
  { platform, packages: { profile } }: CompatImage,
): Generator<string> {
  if (foreign !== undefined && foreign.nixLd === undefined)
    yield (
      "compat: programs that Nix did not build find libstdc++ through LD_LIBRARY_PATH. Programs of another " +
      "nixpkgs read this variable too, and may fail. If the lock has nix-ld, it is used instead: " +
      "lix-image lock … --package nix-ld"
    );
  const argument = targetOf(choice, "tools");
  if (argument === undefined) return;
  for (const { program, package: name, path, architecture = platform.architecture } of TOOLS)
    if (platform.architecture === architecture && !profile.some((each) => has(each, path)))
      yield (
        `${argument}: what installs VS Code's server needs ${program}, and the lock has none: ` +
        `lix-image lock … --package ${name}`
      );
}

const has = ({ install }: ProfilePackage, pattern: RegExp): boolean =>
  install.some((path) => pattern.test(StorePath.name(path)));

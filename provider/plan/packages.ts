/**
 * Which packages docker.nix puts into the image, resolved against one system of a lock.
 * @module
 */
import { throwAll, type LixImageError } from "../base/errors.ts";
import type { LockedPackage, LockedSystem } from "../lock/lock.ts";
import { parseDrvName } from "../formats/nix/drv-name.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import { AUTO_LAYERED, LAYER_GROUPS } from "../formats/rootfs/default-packages.ts";
import type { ProfilePackage } from "../formats/rootfs/manifest-nix.ts";
import { nearest } from "./nearest.ts";
import { InvalidArgument } from "./invalid-argument.ts";
import { lixError } from "../errors/lix-error.ts";

export interface PackageSet {
  /** Default outputs of the packages of each explicit layer, the channel's excepted. */
  readonly groups: readonly (readonly StorePath[])[];
  /** defaultPkgs of docker.nix: what manifest.nix lists and the profile links, in order. */
  readonly profile: readonly ProfilePackage[];
  /** What base-system links to by itself. */
  readonly bashInteractive: StorePath;
  readonly shadow: StorePath;
  readonly coreutils: StorePath;
  /** Version of the Lix that is shipped. */
  readonly lixVersion: string;
  /** Attribute (or name of an extra store path) to version, sorted by attribute. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A package that an argument other than `extraPkgs` needs in the profile. */
export interface AddedPackage {
  /** As an entry of `extraPkgs`. */
  readonly wanted: string;
  /** For messages: `compat.forgejo`. */
  readonly argument: string;
}

/** Resolves docker.nix's packages, `extraPkgs` and what is added; reports every mistake at once. */
export function resolvePackages(
  system: LockedSystem,
  extraPkgs: readonly string[],
  added: readonly AddedPackage[] = [],
): PackageSet {
  const mistakes: unknown[] = [];
  const versions = new Map<string, string>();
  const select = (wanted: string, where: string): ProfilePackage | undefined => {
    try {
      const selected = selectPackage(system, wanted, where);
      versions.set(selected.label, selected.version);
      return selected.package;
    } catch (error) {
      mistakes.push(error);
      return undefined;
    }
  };
  const groups = LAYER_GROUPS.map((group) =>
    group.map((attribute) => select(attribute, "docker.nix")),
  );
  const autoLayered = AUTO_LAYERED.map((attribute) => select(attribute, "docker.nix"));
  const extra = extraPkgs.map((wanted, index) => select(wanted, `extraPkgs[${index}]`));
  const others = added.map(({ wanted, argument }) => select(wanted, argument));
  const shadow = select("shadow", "docker.nix");
  const coreutils = select("coreutils", "docker.nix");
  const bash = autoLayered[0];
  throwAll(mistakes);
  const lix = system.packages.get("nix");
  if (!bash || !shadow || !coreutils || !lix) throw unknownAttribute("nix", "docker.nix", system);
  return {
    groups: groups.map((group) => group.filter(isThere).map((each) => each.outPath)),
    profile: [...groups.flat(), ...autoLayered, ...extra, ...others].filter(isThere),
    bashInteractive: bash.outPath,
    shadow: shadow.outPath,
    coreutils: coreutils.outPath,
    lixVersion: lix.version ?? "",
    versions: Object.fromEntries([...versions].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** The store path of an attribute or an output: what `"${curl.dev}"` is. */
export const lockedOutPath = (system: LockedSystem, wanted: string, argument: string): StorePath =>
  selectPackage(system, wanted, argument).package.outPath;

interface Selected {
  readonly label: string;
  readonly version: string;
  readonly package: ProfilePackage;
}

/** One entry of `extraPkgs`: an attribute, an attribute's output, or a store path. */
function selectPackage(system: LockedSystem, wanted: string, where: string): Selected {
  if (wanted.startsWith("/")) return selectStorePath(system, wanted, where);
  const whole = system.packages.get(wanted);
  if (whole !== undefined) return selectAttribute(system, whole, where);
  // `curl.dev`: an exact attribute wins, else the last dot splits.
  const dot = wanted.lastIndexOf(".");
  const owner = dot > 0 ? system.packages.get(wanted.slice(0, dot)) : undefined;
  if (owner === undefined) throw unknownAttribute(wanted, where, system);
  return selectOutput(system, owner, wanted.slice(dot + 1), where);
}

function selectAttribute(system: LockedSystem, from: LockedPackage, where: string): Selected {
  const outPath = lockedOutput(system, from, from.defaultOutput, where);
  const install = from.outputSpecified
    ? [outPath]
    : from.outputsToInstall.map((output) => lockedOutput(system, from, output, where));
  // lib.getOutput "out": an attribute that is itself one output stays that output.
  const out =
    from.outputSpecified || !from.outputs.has("out")
      ? outPath
      : lockedOutput(system, from, "out", where);
  return {
    label: from.attribute,
    version: from.version ?? "",
    package: {
      name: from.name,
      system: system.system,
      outPath,
      out,
      install,
      priority: from.priority,
    },
  };
}

/** A chosen output is itself the package, in manifest.nix and in the profile. */
function selectOutput(
  system: LockedSystem,
  from: LockedPackage,
  output: string,
  where: string,
): Selected {
  const path = lockedOutput(system, from, output, where);
  return {
    label: `${from.attribute}.${output}`,
    version: from.version ?? "",
    package: {
      name: from.name,
      system: system.system,
      outPath: path,
      out: path,
      install: [path],
      priority: from.priority,
    },
  };
}

function selectStorePath(system: LockedSystem, text: string, where: string): Selected {
  if (!StorePath.is(text))
    throw InvalidArgument.expected(
      where,
      "/nix/store/<32 characters>-<name>",
      JSON.stringify(text),
    );
  const path = StorePath.parse(text);
  if (!system.paths.has(path))
    throw lixError("PATH_NOT_LOCKED", { path, argument: where, system: system.system });
  const name = StorePath.name(path);
  return {
    label: name,
    version: parseDrvName(name).version ?? "",
    // meta.priority of a bare path: nixpkgs' default.
    package: {
      name,
      system: system.system,
      outPath: path,
      out: path,
      install: [path],
      priority: 5,
    },
  };
}

function lockedOutput(
  system: LockedSystem,
  from: LockedPackage,
  output: string,
  where: string,
): StorePath {
  const path = from.outputs.get(output);
  if (path === undefined)
    throw lixError("UNKNOWN_OUTPUT", {
      argument: where,
      attribute: from.attribute,
      output,
      known: [...from.outputs.keys()],
    });
  if (!system.paths.has(path))
    throw lixError("OUTPUT_NOT_LOCKED", {
      argument: where,
      name: `${from.attribute}.${output}`,
      path,
    });
  return path;
}

const isThere = <T>(value: T | undefined): value is T => value !== undefined;

function unknownAttribute(
  attribute: string,
  argument: string,
  system: LockedSystem,
): LixImageError {
  const known = [...system.packages.keys()];
  return lixError("UNKNOWN_ATTRIBUTE", {
    ...{ argument, attribute, system: system.system },
    ...{ known, nearest: nearest(attribute, known) },
  });
}

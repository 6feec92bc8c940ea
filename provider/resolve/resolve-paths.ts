/**
 * Packages from store paths alone. What the paths do not say gets the default of nixpkgs.
 * @module
 */
import { StorePath } from "../formats/nix/store-path.ts";
import type { LockedPackage } from "../lock/lock.ts";
import {
  DEFAULT_PRIORITY,
  defaultOutputsToInstall,
  parseDrvName,
} from "../formats/nix/drv-name.ts";
import { lixError } from "../errors/lix-error.ts";

/** `curl=/nix/store/…`, `curl.bin=/nix/store/…-bin` */
export interface NamedPath {
  readonly name: string;
  readonly storePath: StorePath;
}

/** One output of one package, as a {@link NamedPath} means it. */
interface NamedOutput {
  readonly attribute: string;
  readonly output: string;
  readonly storePath: StorePath;
  /** The derivation's name, without the output's suffix. */
  readonly drvName: string;
}

/** Packages in order of first mention; the first path of each is its default output. */
export function packagesFromPaths(
  paths: readonly NamedPath[],
  priorities: ReadonlyMap<string, number>,
): ReadonlyMap<string, LockedPackage> {
  const byAttribute = Map.groupBy(paths.map(namedOutput), (one) => one.attribute);
  const mistakes = [
    ...[...byAttribute].flatMap(([attribute, outputs]) => contradictions(attribute, outputs)),
    ...[...priorities.keys()]
      .filter((attribute) => !byAttribute.has(attribute))
      .map((attribute) => `--priority ${attribute}: there is no --path for it`),
  ];
  if (mistakes.length > 0) throw lixError("INVALID_PACKAGE_PATHS", { mistakes });
  return new Map(
    [...byAttribute].flatMap(([attribute, [first, ...rest]]) => {
      if (first === undefined) return [];
      const priority = priorities.get(attribute) ?? DEFAULT_PRIORITY;
      return [[attribute, lockedPackage(attribute, [first, ...rest], priority)] as const];
    }),
  );
}

/**
 * `curl.bin` is output `bin` of `curl` when the path's name ends in `-bin`, as Nix names outputs;
 * `a.out` is output `out` of `a`; any other dot belongs to the attribute (`python3Packages.requests`).
 */
function namedOutput({ name, storePath }: NamedPath): NamedOutput {
  const pathName = StorePath.name(storePath);
  const dot = name.lastIndexOf(".");
  const output = name.slice(dot + 1);
  if (dot > 0 && output === "out")
    return { attribute: name.slice(0, dot), output, storePath, drvName: pathName };
  const suffix = `-${output}`;
  if (dot > 0 && output !== "" && pathName.endsWith(suffix) && pathName !== suffix)
    return {
      attribute: name.slice(0, dot),
      output,
      storePath,
      drvName: pathName.slice(0, -suffix.length),
    };
  return { attribute: name, output: "out", storePath, drvName: pathName };
}

function contradictions(attribute: string, outputs: readonly NamedOutput[]): string[] {
  const names = [...new Set(outputs.map((one) => one.drvName))];
  const repeated = outputs.filter(
    (one, index) => outputs.findIndex((other) => other.output === one.output) !== index,
  );
  const version = parseDrvName(names[0] ?? "").version;
  return [
    ...(names.length > 1
      ? [`${attribute}: its outputs belong to different packages: ${names.join(", ")}`]
      : []),
    ...repeated.map((one) => `${attribute}: output ${one.output} is given twice`),
    ...(attribute === "nix" && version === undefined
      ? [`nix: ${names[0]} has no version, which the image's label needs`]
      : []),
  ];
}

function lockedPackage(
  attribute: string,
  outputs: readonly [NamedOutput, ...NamedOutput[]],
  priority: number,
): LockedPackage {
  const [first, ...rest] = outputs;
  return {
    attribute,
    name: first.drvName,
    version: parseDrvName(first.drvName).version,
    outputs: new Map(outputs.map((one) => [one.output, one.storePath])),
    defaultOutput: first.output,
    outputsToInstall: defaultOutputsToInstall([first.output, ...rest.map((one) => one.output)]),
    priority,
    outputSpecified: false,
  };
}

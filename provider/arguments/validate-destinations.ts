/**
 * Mistakes in where an image goes that only several arguments together show.
 * @module
 */
import type { LixImageSpec } from "./schema.ts";
import type { Archive } from "../../sdk/args.ts";
import type { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";
import { Repository } from "../formats/oci/reference.ts";
import { InvalidArgument } from "../plan/invalid-argument.ts";

/** An image must go somewhere; mirrors are copies of what is elsewhere. */
export function missingDestination(args: LixImageSpec): LixImageError[] {
  if ((args.registry ?? args.repository) !== undefined) return [];
  if (args.mirrors.length > 0)
    return [InvalidArgument.expected("mirrors", "registry or repository as well", "mirrors only")];
  return args.archives.length > 0 ? [] : [lixError("NO_DESTINATION", {})];
}

/** Each once, the repository itself included. */
export function mirrorMistakes(
  { mirrors }: LixImageSpec,
  repository: Repository | undefined,
): InvalidArgument[] {
  const seen = new Set(repository === undefined ? [] : [Repository.format(repository)]);
  return mirrors.flatMap((text, index) => {
    const name = text.replace(/^https?:\/\//, "");
    if (seen.has(name)) return InvalidArgument.repeated(`mirrors[${index}]`, "repository", name);
    seen.add(name);
    return [];
  });
}

/** @param absolute the archives' paths, however they are written. */
export function archiveMistakes(
  { archives, systems }: LixImageSpec,
  absolute: readonly string[],
): InvalidArgument[] {
  return archives.flatMap((archive, index) => {
    const where = `archives[${index}]`;
    const isRepeated = absolute.indexOf(absolute[index] ?? "") < index;
    return [
      ...mistakesOf(archive, where, systems),
      ...(isRepeated ? [InvalidArgument.repeated(`${where}.path`, "path", archive.path)] : []),
    ];
  });
}

/** Mistakes that only several properties together show. Fixed endings keep a typo from replacing a file of another kind. */
function mistakesOf(
  { type, path, hydraBuildProducts }: Archive,
  where: string,
  systems: readonly string[],
): InvalidArgument[] {
  const isFile = type === "docker-archive" || path.endsWith(".tar");
  const mistakes: InvalidArgument[] = [];
  if (type === "docker-archive" && !DockerArchiveName.is(path))
    mistakes.push(InvalidArgument.expected(`${where}.path`, DockerArchiveName.expected, path));
  if (type === "docker-archive" && systems.length > 1)
    mistakes.push(
      InvalidArgument.expected(
        `${where}.type`,
        "oci-layout",
        type,
        "a docker-archive holds one platform, and systems names several",
      ),
    );
  if (hydraBuildProducts === true && !isFile)
    mistakes.push(
      InvalidArgument.expected(
        `${where}.hydraBuildProducts`,
        "a path ending in .tar",
        path,
        "Hydra offers files for download, not folders",
      ),
    );
  return mistakes;
}

/** The name of the file that a docker archive is written to. */
export const DockerArchiveName = {
  is: (path: string): boolean => /[^/]\.(tar|tar\.gz|tgz)$/.test(path),
  expected: "a name ending in .tar, .tar.gz or .tgz",
};

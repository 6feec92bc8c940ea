/**
 * Placeholders for parts of the arguments that are unknown or wrong, so that everything else is checked
 * all the same. Each is chosen so that nothing can be said against it, nor because of it.
 * @module
 */
import { JsonPath } from "./json-path.ts";

type Given = Readonly<Record<string, unknown>>;

/** `given` with placeholders at these places; an argument that has none is left out. */
export const withPlaceholders = (given: Given, places: readonly JsonPath[]): Given =>
  places.reduce<Given>(
    (made, place) => Object(JsonPath.write(made, place, placeholderAt(place, made))),
    given,
  );

function placeholderAt(place: JsonPath, given: Given): unknown {
  switch (JsonPath.kind(place)) {
    case "bundleNixpkgs": // The lock may well have no nixpkgs for it.
    case "previewDigests": // It may forbid downloads.
      return false;
    case "name": // Beside a repository it would be wrong, and Docker Hub demands a namespace.
      return given["repository"] === undefined ? "unknown/lix" : undefined;
    case "extraTags[]":
      return "latest";
    case "extraPkgs[]": // Every lock has it.
      return "nix";
    case "systems[]":
      return LINUX.find((system) => !Object.values(Object(given["systems"])).includes(system));
    case "mirrors[]":
      return `unknown.invalid/${place.at(-1)}`;
    case "nixConf.*":
    case "nixConf.*[]":
      return "unknown";
    case "compression.algorithm": // It has all levels.
      return "zstd";
    case "archives[]":
      return { type: "oci-layout", path: `unknown-${place.at(-1)}` };
    case "archives[].type":
      return typeOf(Object(JsonPath.read(given, place.slice(0, -1))));
    case "archives[].path": // A name for every type.
      return `unknown-${place.at(-2)}.tar`;
    default:
      return undefined;
  }
}

const LINUX = ["x86_64", "aarch64", "i686", "riscv64", "armv7l", "armv6l", "s390x"].map(
  (cpu) => `${cpu}-linux`,
);

/** The only one that can be right, where a path allows no other. */
const typeOf = ({ path, hydraBuildProducts }: Given): string =>
  hydraBuildProducts === true && !String(path).endsWith(".tar") ? "docker-archive" : "oci-layout";

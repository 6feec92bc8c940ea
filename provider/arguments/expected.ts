/** What each argument is to be, in words. @module */

/** By the kind of place. */
const EXPECTED: Readonly<Record<string, string>> = {
  "": "an object of arguments",
  lock: "the path of a lock file",
  registry: 'a host, such as "ghcr.io/acme"',
  repository: 'a host and a name, such as "ghcr.io/acme/lix"',
  name: "the name of a repository",
  tag: "a tag",
  extraTags: "a list of tags",
  "extraTags[]": "a tag",
  systems: 'a list of at least one Nix system, such as ["x86_64-linux"]',
  "systems[]": 'a Nix system, such as "x86_64-linux"',
  lixRevision: "a revision",
  bundleNixpkgs: "true or false",
  channelName: "a string",
  channelUrl: "a string",
  extraPkgs: "a list of attributes of the lock, or store paths",
  "extraPkgs[]": "an attribute of the lock, or a store path",
  maxLayers: "a whole number from 1 to 127",
  nixConf: "an object of settings, such as { cores: 4 }",
  "nixConf.*": "a string, whole number, boolean, or list of them",
  "nixConf.*[]": "a string, whole number or boolean",
  flakeRegistry: "the path of a file or directory, or a store path",
  compression: '"gzip", "zstd" or { algorithm, level }',
  "compression.algorithm": '"gzip" or "zstd"',
  "compression.level": "a whole number, from 1 to 9 for gzip and to 19 for zstd",
  mirrors: "a list of repositories",
  "mirrors[]": 'a host and a name, such as "ghcr.io/acme/lix"',
  mirrorFailure: '"error" or "warn"',
  archives: "a list of { type, path }",
  "archives[]": "an object { type, path }",
  "archives[].type": '"oci-layout" or "docker-archive"',
  "archives[].path": "the path to write to",
  "archives[].hydraBuildProducts": "true or false",
  previewDigests: "true or false",
  deleteFromRegistry: "true or false",
  verifyBlobs: "true or false",
};

/** Whether anything may stand there at all. @param kind as `JsonPath.kind` has it. */
export const isExpected = (kind: string): boolean => Object.hasOwn(EXPECTED, kind);

/** @param kind as `JsonPath.kind` has it. */
export const expectedAt = (kind: string): string => EXPECTED[kind] ?? "a value that JSON has";

/** What may stand in an object of the arguments, by the kind of its place; "" for the arguments themselves. */
export function namesIn(kind: string): string[] {
  const within = kind === "" ? "" : `${kind}.`;
  return Object.keys(EXPECTED)
    .filter((each) => each.startsWith(within) && /^\w+$/.test(each.slice(within.length)))
    .map((each) => each.slice(within.length))
    .sort();
}

/** What goes wrong with tar archives, layers and the files of the image. @module */
import { ByteString } from "../base/byte-string.ts";
import { entry } from "./entry.ts";

const quoted = (path: ByteString): string => JSON.stringify(ByteString.toText(path));

export const FILESYSTEM_ERRORS = {
  CONTENTS_MISMATCH: entry({
    meaning: "A bug in pulumi-lix: a file is not as long as its tar header says.",
    message: ({ path, size, got }: { path: ByteString; size: number; got: string }) =>
      `${quoted(path)}: expected ${size} bytes of contents; got ${got}`,
    hint: "this is a bug in pulumi-lix, please report it: a file is not as long as its tar header says",
  }),
  EMPTY_PROFILE: entry({
    meaning: "The packages contain nothing that belongs into a profile.",
    message: () =>
      "the profile would be empty: at their top, the packages have only files whose names begin with a dot",
  }),
  INVALID_NIX_CONF: entry({
    meaning: "A key or value of `nixConf` cannot be a line of nix.conf.",
    message: ({ mistakes }: { mistakes: readonly string[] }) => `nixConf: ${mistakes.join("; ")}`,
    hint: "a setting is one line: a name, and a string without newlines, a safe integer, a boolean, or a list of them",
  }),
  LAYER_CONFLICT: entry({
    meaning: "Two parts of one layer contain the same path.",
    message: ({ path }: { path: ByteString }) => `two parts of one layer contain ${quoted(path)}`,
    hint: "raise `maxLayers`, so that fewer paths share a layer",
  }),
  MANIFEST_IS_DIRECTORY: entry({
    meaning: "A package has a directory `manifest.nix`, where the profile needs its own file.",
    message: () =>
      "a package has a directory manifest.nix at its top, where the profile needs its own manifest.nix",
    hint: "leave that package out of extraPkgs",
  }),
  NO_FLAKE_REGISTRY: entry({
    meaning: "The directory given as `flakeRegistry` holds no `flake-registry.json`.",
    message: ({ directory }: { directory: string }) =>
      `flakeRegistry: the directory ${directory} holds no flake-registry.json`,
    hint: "name a file, or a directory that holds a flake-registry.json",
  }),
  REFERENCE_CYCLE: entry({
    meaning: "Store paths refer to each other in a cycle, which no real store allows.",
    message: ({ paths }: { paths: readonly string[] }) =>
      `store paths refer to each other in a cycle: ${paths.slice(0, 5).join(", ")}`,
    hint: "no real store can hold these paths: make a new lock with `lix-image lock`",
  }),
  // class TarMalformed
  TAR_MALFORMED: {
    meaning:
      "This is not a tar archive, or it has entries that no store can hold; the message names the place.",
  },
  WHITEOUT_NAME: entry({
    meaning:
      "A store path holds a file whose name begins with `.wh.`; in an image it would delete another file.",
    message: ({ storePath, path }: { storePath: string; path: ByteString }) =>
      `${storePath} holds ${quoted(path)}: in an image, a name that begins with .wh. deletes another file`,
    hint: "leave the package out, or lock one without that file",
  }),
};

/** What goes wrong with the arguments of an image. @module */
import { ByteString } from "../base/byte-string.ts";
import { entry } from "./entry.ts";

export const PLAN_ERRORS = {
  FILE_CONFLICT: entry({
    meaning:
      "An entry of `files` and another one, another argument or the base system both decide what is at a path; the message names both.",
    message: ({ one, other, path }: FileConflict) =>
      `${one} and ${other} both decide what is at ${JSON.stringify(ByteString.toText(path))}`,
    hint: ({ hint }: FileConflict) => hint,
  }),
  INVALID_ARGUMENT: {
    meaning:
      "An argument of LixImage is not what it must be; the message lists each mistake with its path.",
  },
  NO_DESTINATION: entry({
    meaning: "None of `registry`, `repository` and `archives` is given.",
    message: () => "the image goes nowhere: none of registry, repository and archives is given",
    hint: 'give registry: "ghcr.io/acme", or archives: [{ type: "oci-layout", path: "image" }]',
  }),
  OUTPUT_NOT_LOCKED: entry({
    meaning: "The lock names the chosen output but does not hold its closure.",
    message: (p: { argument: string; name: string; path: string }) =>
      `${p.argument}: the lock names ${p.name} but does not hold its closure`,
    hint: (p) =>
      `lock it too: lix-image lock … --path ${p.name}=${p.path} (or --nix FILE --package ${p.name})`,
  }),
  PATH_NOT_LOCKED: entry({
    meaning:
      "A store path in `extraPkgs`, `flakeRegistry` or the `target` of a file is not in the lock.",
    message: (p: { argument: string; path: string; system: string }) =>
      `${p.argument}: ${p.path} is not in the lock's paths for ${p.system}`,
    hint: "lock it with `lix-image lock --path NAME=/nix/store/…`",
  }),
  SEVERAL_LIBSTDCXX: entry({
    meaning:
      "The packages of the image bring several versions of libstdc++, so `compat` cannot make programs that Nix did not build run without nix-ld.",
    message: (p: { argument: string; paths: readonly string[] }) =>
      `${p.argument}: the image has several versions of libstdc++, and LD_LIBRARY_PATH would give one of them to ` +
      `programs that need another: ${p.paths.join(", ")}`,
    hint: "lock nix-ld, which is used instead: lix-image lock … --package nix-ld",
  }),
  SOURCE_UNUSABLE: {
    meaning:
      "The file or directory given as `flakeRegistry`, or as the `source` of an entry of `files`, cannot be imported.",
  },
  UNKNOWN_ATTRIBUTE: entry({
    meaning:
      "`extraPkgs` names, or `compat` needs, a package that the lock does not have; the message gives the nearest names.",
    message: (p: {
      argument: string;
      attribute: string;
      system: string;
      known: readonly string[];
      nearest: readonly string[];
    }) =>
      `${p.argument}: the lock has no package ${JSON.stringify(p.attribute)} for ${p.system}; ` +
      (p.nearest.length > 0 ? `nearest: ${p.nearest.join(", ")}` : `it has ${p.known.join(", ")}`),
    hint: (p) => `lock it too: lix-image lock … --package ${p.attribute}`,
  }),
  UNKNOWN_OUTPUT: entry({
    meaning: "A package has no output of that name.",
    message: (p: {
      argument: string;
      attribute: string;
      output: string;
      known: readonly string[];
    }) => `${p.argument}: ${p.attribute} has no output ${JSON.stringify(p.output)}`,
    hint: (p) => `its outputs are: ${p.known.join(", ")}`,
  }),
  UNKNOWN_PLACEHOLDER: entry({
    meaning: "A tag has a placeholder other than `{version}`, `{major}` and `{planKey}`.",
    message: (p: { argument: string; name: string }) =>
      `${p.argument}: unknown placeholder {${p.name}}`,
    hint: "the placeholders are {version}, {major} and {planKey}",
  }),
};

export interface FileConflict {
  readonly one: string;
  readonly other: string;
  readonly path: ByteString;
  readonly hint: string;
}

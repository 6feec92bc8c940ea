/** What goes wrong on the command line. @module */
import { entry } from "./entry.ts";

export const CLI_ERRORS = {
  ARGUMENTS_NOT_FOUND: entry({
    meaning: "The command line's JSON file of arguments cannot be read.",
    message: (p: { file: string }) => `cannot read ${p.file}`,
    hint: 'write the arguments into that file: { "lock": "lix-image.lock.json", "registry": "localhost:5000" }',
  }),
  ARGUMENTS_REFUSED: entry({
    meaning: "The JSON file of arguments has mistakes; the message lists them.",
    message: (p: { file: string }) => p.file,
  }),
  IMAGE_NOT_FOUND: entry({
    meaning: "The registry has no image with that tag or digest.",
    message: (p: { image: string }) => `${p.image}: there is no such image`,
    hint: "check the tag or digest; `lix-image push` pushes an image to a registry",
  }),
  LOCK_ARGUMENTS_NOT_FOUND: entry({
    meaning:
      "`--update` or `--check` finds no file with the options that made the lock. See [locks](updating-locks.md).",
    message: (p: { lock: string; file: string }) =>
      `${p.file}: cannot be read, so the options that made ${p.lock} are not known`,
    hint: "repeat the options that made the lock, starting with --channel, --nix or --flake",
  }),
  MISSING_ATTRIBUTES: entry({
    meaning: "`lix-image lock` was not given all packages that the image needs.",
    message: (p: { missing: readonly string[] }) =>
      `the image needs these packages too: ${p.missing.join("; ")}`,
    hint: "give each with --path ATTR=/nix/store/…, or all of them with --channel NAME, --nix FILE or --flake REF",
  }),
  NOT_FOR_THIS_MACHINE: entry({
    meaning:
      "`systems` names neither the system of the Docker daemon nor that of this machine, so `lix-image load` cannot choose one.",
    message: (p: { systems: readonly string[]; architecture: string; place: string }) =>
      `systems: expected one for ${p.architecture}, the architecture of ${p.place}; got ${p.systems.join(", ")}`,
    hint: "name only the system to load",
  }),
  PAGE_NOT_WRITTEN: entry({
    meaning: "The file that `report --html` names cannot be written.",
    message: (p: { file: string }) => `cannot write ${p.file}`,
    hint: "give --html a file in a folder that you may write to",
  }),
  REPORT_NOT_WRITTEN: entry({
    meaning: "The file that `lock --markdown` names cannot be written; the lock is unchanged.",
    message: (p: { file: string }) =>
      `--markdown ${p.file} cannot be written; the lock is unchanged`,
  }),
  SECRET_KEY_UNREADABLE: entry({
    meaning: "The file that `--secret-key-file` names cannot be read.",
    message: (p: { file: string }) => `${p.file}: the secret key cannot be read`,
    hint: "make one: nix-store --generate-binary-cache-key NAME-1 secret-file public-file",
  }),
  USAGE: {
    meaning: "The command line has a mistake, which the message names; the exit code is 2.",
  },
};

/**
 * The options that made a lock, in a text file beside it, so that `--update` and `--check` need none:
 * one option a line, as on the command line but without quotes; `#` starts a comment line. Relative
 * paths are relative to the file. docs/decisions/0007-lock-arguments.md says why it is a file.
 * @module
 */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { channelName } from "../../resolve/channel.ts";
import { writeLock } from "../../lock/write-lock.ts";
import { parseLockArguments, type LockArguments, type SystemArguments } from "./arguments.ts";
import { relativeTo, usage, type NixpkgsArgument } from "./option-values.ts";
import { UsageError } from "../usage.ts";
import { lixError } from "../../errors/lix-error.ts";

/** `lix-image.lock.args` of `lix-image.lock.json`. */
export const recordFile = (lock: string): string => `${lock.replace(/\.json$/, "")}.args`;

export async function readRecord(lock: string): Promise<LockArguments> {
  const file = recordFile(lock);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw lixError("LOCK_ARGUMENTS_NOT_FOUND", { lock, file }, { cause });
  });
  const argv = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    // The first blank ends the option; its value may hold blanks.
    .flatMap((line) => {
      const [, option = line, value] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return value === undefined ? [option] : [option, value];
    });
  try {
    return parseLockArguments([...argv, "--output", lock], dirname(lock));
  } catch (error) {
    throw error instanceof UsageError ? usage(`${file}: ${error.message}`) : error;
  }
}

/** Writes nothing for a lock of store paths, which have no newer version. */
export async function writeRecord(args: LockArguments): Promise<void> {
  const { kind } = args.source;
  if (kind === "paths" || kind === "recorded") return;
  const file = recordFile(args.output);
  const text = formatRecord(args);
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before === undefined || !sameOptions(before, text)) await writeLock(file, text);
}

const HEAD =
  "# The options that made this lock. `lix-image lock --update` reads them; edit them as you like.\n";

function formatRecord(args: LockArguments): string {
  const folder = dirname(args.output);
  const [first, ...others] = args.systems.map((system) => nixpkgsLine(system.nixpkgs));
  const shared = others.every((line) => line === first) ? first : undefined;
  const lines = [
    ...sourceLines(args, folder),
    ...args.packages.map((attribute) => `--package ${attribute}`),
    ...[...args.priorities].map(([attribute, priority]) => `--priority ${attribute}=${priority}`),
    ...args.caches.flatMap((cache) => [
      `--cache ${cache.url}`,
      ...cache.trustedPublicKeys.map((key) => `--trusted-public-key ${key}`),
    ]),
    ...(args.exported === undefined
      ? []
      : [
          `--export ${relativeTo(folder, args.exported.folder)}`,
          `--secret-key-file ${relativeTo(folder, args.exported.secretKeyFile)}`,
          `--store ${args.exported.store}`,
        ]),
    ...(shared === undefined ? [] : [shared]),
    ...args.systems.flatMap((system) => systemLines(system, shared)),
  ];
  return `${HEAD}${lines.filter((line) => line !== "").join("\n")}\n`;
}

function sourceLines({ source }: LockArguments, folder: string): string[] {
  switch (source.kind) {
    case "channel": {
      const { lix } = source;
      return [
        `--channel ${channelName(source.channel)}`,
        `--lix ${lix.kind === "attribute" ? lix.attribute : lix.manifest.href}`,
      ];
    }
    case "nix":
      return [`--nix ${relativeTo(folder, source.file)}`];
    case "flake": {
      const [reference = "", ...fragment] = source.reference.split("#");
      const place = reference.startsWith("/") ? relativeTo(folder, reference) : reference;
      return [`--flake ${[place, ...fragment].join("#")}`];
    }
    case "paths":
    case "recorded":
      return [];
  }
}

const systemLines = (system: SystemArguments, shared: string | undefined): string[] => [
  `--system ${system.system}`,
  ...system.paths.map((path) => `--path ${path.name}=${path.storePath}`),
  ...(shared === undefined ? [nixpkgsLine(system.nixpkgs)] : []),
];

/** Empty for the default. */
function nixpkgsLine(nixpkgs: NixpkgsArgument): string {
  switch (nixpkgs.kind) {
    case "of the source":
      return "";
    case "none":
      return "--no-nixpkgs";
    case "git":
      return "--nixpkgs git";
    case "path":
      return `--nixpkgs ${nixpkgs.storePath}`;
    case "tarball":
      return `--nixpkgs ${nixpkgs.url.href}`;
  }
}

/** Whether the options are the same, so that the user's comments can stay. */
function sameOptions(before: string, after: string): boolean {
  const options = (text: string): string =>
    JSON.stringify(text.split("\n").filter((line) => line !== "" && !line.startsWith("#")));
  return options(before) === options(after);
}

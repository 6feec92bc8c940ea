/** What the command line of `lix-image lock` means. @module */
import { resolve } from "node:path";
import { LIX_CACHE } from "../../resolve/lix-release.ts";
import type { NamedPath } from "../../resolve/resolve-paths.ts";
import { LocalStoreUrl } from "../../substituter/local-store-url.ts";
import { parseCommandLine, type CommandLine, type OptionToken } from "../command.ts";
import {
  asUsage,
  checkKey,
  parseCache,
  parseChannel,
  parseFlake,
  parseLix,
  parseNixpkgs,
  parsePath,
  parsePriority,
  usage,
  type CacheArgument,
  type Folders,
  type LixArgument,
  type NixpkgsArgument,
} from "./option-values.ts";
import { DEFAULT_SYSTEM, LOCK_SYNTAX } from "./options.ts";

export interface LockArguments {
  /** Absolute. */
  readonly output: string;
  readonly mode: "write" | "update" | "check";
  /** Attributes after --update; none for all. */
  readonly only: readonly string[];
  readonly source: SourceArgument;
  readonly caches: readonly CacheArgument[];
  /** In the order given; at least one. */
  readonly systems: readonly SystemArguments[];
  readonly priorities: ReadonlyMap<string, number>;
  readonly packages: readonly string[];
  readonly exported: ExportArgument | undefined;
  readonly report: ReportArguments;
}

/** How `--update` and `--check` report what changes. */
export interface ReportArguments {
  readonly json: boolean;
  /** Absolute: where the Markdown goes, with the layers that change. */
  readonly markdown: string | undefined;
  /** Absolute: ARGS.json of the image whose layers are compared. */
  readonly image: string | undefined;
}

/** Where packages come from that have no --path. */
export type SourceArgument =
  | { readonly kind: "paths" }
  | { readonly kind: "nix"; readonly file: string }
  | { readonly kind: "flake"; readonly reference: string }
  | { readonly kind: "channel"; readonly channel: URL; readonly lix: LixArgument }
  /** None is given: the source that the lock was made from. */
  | { readonly kind: "recorded" };

export interface SystemArguments {
  readonly system: string;
  readonly paths: readonly NamedPath[];
  readonly nixpkgs: NixpkgsArgument;
}

export interface ExportArgument {
  /** Absolute, as is the file. */
  readonly folder: string;
  readonly secretKeyFile: string;
  /** `local`, or `local?root=DIR`. */
  readonly store: string;
}

const DEFAULT_CACHE: CacheArgument = {
  url: "https://cache.nixos.org",
  absoluteUrl: "https://cache.nixos.org",
  trustedPublicKeys: ["cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="],
};

/** Relative paths are relative to `directory`. */
export const parseLockArguments = (argv: readonly string[], directory: string): LockArguments =>
  readLockArguments(parseCommandLine(LOCK_SYNTAX, argv), directory);

export function readLockArguments(line: LockLine, directory: string): LockArguments {
  const { values, operands, tokens } = line;
  const output = resolve(directory, values.output ?? "lix-image.lock.json");
  const given = inOrder(tokens, { directory, lock: output });
  const source = parseSource(values, directory);
  if (operands.length > 0 && values.update !== true)
    throw usage(`${operands.join(" ")}: only --update takes attributes`);
  if (source.kind === "recorded" && !(values.update ?? values.check))
    throw usage(
      "give the packages with --channel NAME, --path ATTR=/nix/store/…, --nix FILE or --flake REF",
    );
  if (source.kind === "recorded") refuseOthers(tokens);
  if (values.package !== undefined && source.kind === "paths")
    throw usage("--package needs --channel, --nix or --flake; give a store path with --path");
  const git = given.systems.some(({ nixpkgs }) => nixpkgs.kind === "git");
  if (git && source.kind !== "channel") throw usage("--nixpkgs git needs --channel");
  return {
    output,
    mode: values.check === true ? "check" : values.update === true ? "update" : "write",
    only: operands,
    source,
    caches: withLixCache(given.caches.length === 0 ? [DEFAULT_CACHE] : given.caches, source),
    systems: given.systems,
    priorities: new Map((values.priority ?? []).map(parsePriority)),
    packages: values.package ?? [],
    exported: parseExport(values, directory),
    report: parseReport(values, directory),
  };
}

type LockLine = CommandLine<(typeof LOCK_SYNTAX)["options"]>;
type Values = LockLine["values"];

function parseSource(values: Values, directory: string): SourceArgument {
  const given = [values.channel, values.nix, values.flake].filter((one) => one !== undefined);
  if (given.length > 1) throw usage("--channel, --nix and --flake exclude each other");
  if (values.lix !== undefined && values.channel === undefined)
    throw usage("--lix needs --channel; otherwise the package nix is the Lix");
  if (values.channel !== undefined)
    return {
      kind: "channel",
      channel: parseChannel(values.channel),
      lix: parseLix(values.lix ?? "lix"),
    };
  if (values.nix !== undefined) return { kind: "nix", file: resolve(directory, values.nix) };
  if (values.flake !== undefined)
    return { kind: "flake", reference: parseFlake(values.flake, directory) };
  return { kind: values.path === undefined ? "recorded" : "paths" };
}

function parseReport(values: Values, directory: string): ReportArguments {
  for (const name of ["json", "markdown", "image"] as const) {
    if (values[name] === undefined) continue;
    if (!(values.update ?? values.check)) throw usage(`--${name} needs --update or --check`);
  }
  const path = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : resolve(directory, text);
  return { json: values.json ?? false, markdown: path(values.markdown), image: path(values.image) };
}

/** The recorded options are taken as a whole: mixed with others they would mean something else. */
function refuseOthers(options: readonly OptionToken[]): void {
  const other = options.find(({ name }) => !OF_EACH_RUN.has(name));
  // A wrong value was refused before.
  if (other !== undefined)
    throw usage(
      `--${other.name} needs --channel, --path, --nix or --flake: without one of these, the options that made the lock are used`,
    );
}

const OF_EACH_RUN: ReadonlySet<string> = new Set([
  ...["update", "check", "output", "help"],
  ...["json", "markdown", "image"],
]);

function parseExport(values: Values, directory: string): ExportArgument | undefined {
  const { export: folder, "secret-key-file": file, store = "local" } = values;
  if (folder === undefined && file === undefined && values.store === undefined) return undefined;
  if (folder === undefined || file === undefined)
    throw usage("--export DIR and --secret-key-file FILE need each other, and --store needs both");
  if (asUsage("--store", () => LocalStoreUrl.parse(store)) === undefined)
    throw usage(`--store ${store}: expected local or local?root=/absolute/path`);
  return { folder: resolve(directory, folder), secretKeyFile: resolve(directory, file), store };
}

/** Adds the cache that holds the releases of Lix. */
function withLixCache(
  caches: readonly CacheArgument[],
  source: SourceArgument,
): readonly CacheArgument[] {
  const ours =
    source.kind === "channel" &&
    source.lix.kind === "release" &&
    source.lix.manifest.hostname === "releases.lix.systems";
  if (!ours || caches.some((cache) => cache.url === LIX_CACHE.url)) return caches;
  return [...caches, { ...LIX_CACHE, absoluteUrl: LIX_CACHE.url }];
}

interface Ordered {
  readonly caches: readonly CacheArgument[];
  readonly systems: readonly SystemArguments[];
}

/** Options whose meaning depends on those before them: a key belongs to a cache, a path to a system. */
function inOrder(options: readonly OptionToken[], folders: Folders): Ordered {
  const caches: CacheArgument[] = [];
  const systems: SystemArguments[] = [];
  let nixpkgs: NixpkgsArgument = { kind: "of the source" };
  const setNixpkgs = (choice: NixpkgsArgument): void => {
    const system = systems.pop();
    // Before the first system it is for all systems.
    if (system === undefined) nixpkgs = choice;
    else systems.push({ ...system, nixpkgs: choice });
  };
  for (const { name, value = "" } of options) {
    switch (name) {
      case "cache":
        caches.push(parseCache(value, folders));
        break;
      case "trusted-public-key": {
        const cache = caches.pop();
        if (cache === undefined)
          throw usage("--trusted-public-key must follow the --cache that it is a key of");
        checkKey(value);
        caches.push({ ...cache, trustedPublicKeys: [...cache.trustedPublicKeys, value] });
        break;
      }
      case "system":
        if (systems.some((one) => one.system === value))
          throw usage(`--system ${value} is given twice, or after a --path that was taken for it`);
        systems.push({ system: value, paths: [], nixpkgs });
        break;
      case "path": {
        const system = systems.pop() ?? { system: DEFAULT_SYSTEM, paths: [], nixpkgs };
        systems.push({ ...system, paths: [...system.paths, parsePath(value)] });
        break;
      }
      case "nixpkgs":
        setNixpkgs(parseNixpkgs(value));
        break;
      case "no-nixpkgs":
        setNixpkgs({ kind: "none" });
        break;
    }
  }
  const some = systems.length > 0 ? systems : [{ system: DEFAULT_SYSTEM, paths: [], nixpkgs }];
  return { caches, systems: some };
}

/** The command line of `lix-image lock`, understood. @module */
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { NamedPath } from "../lock/resolve-paths.ts";
import { checkCacheUrl, hasScheme } from "../lock/schema.ts";
import { PublicKey } from "../nix/signature.ts";
import { StorePath } from "../nix/store-path.ts";
import { UsageError } from "./usage.ts";

export interface LockArguments {
  readonly help: boolean;
  /** Absolute. */
  readonly output: string;
  readonly caches: readonly CacheArgument[];
  /** In the order given; at least one. */
  readonly systems: readonly SystemArguments[];
  readonly priorities: ReadonlyMap<string, number>;
  /** Absolute. */
  readonly nix: string | undefined;
  readonly packages: readonly string[];
}

export interface CacheArgument {
  /** As the lock has it: relative to the lock for a folder. */
  readonly url: string;
  readonly absoluteUrl: string;
  readonly trustedPublicKeys: readonly string[];
}

export interface SystemArguments {
  readonly system: string;
  readonly paths: readonly NamedPath[];
  readonly nixpkgs: StorePath | "from the Nix file" | "none";
}

const OPTIONS = {
  help: { type: "boolean", short: "h" },
  path: { type: "string", multiple: true },
  priority: { type: "string", multiple: true },
  nix: { type: "string" },
  package: { type: "string", multiple: true },
  nixpkgs: { type: "string", multiple: true },
  "no-nixpkgs": { type: "boolean", multiple: true },
  cache: { type: "string", multiple: true },
  "trusted-public-key": { type: "string", multiple: true },
  system: { type: "string", multiple: true },
  output: { type: "string", short: "o" },
} as const;

/** The part of a token of parseArgs that we read. */
interface OptionToken {
  readonly name: string;
  readonly value?: string | undefined;
}

const DEFAULT_CACHE: CacheArgument = {
  url: "https://cache.nixos.org",
  absoluteUrl: "https://cache.nixos.org",
  trustedPublicKeys: ["cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="],
};

export function parseLockArguments(argv: readonly string[]): LockArguments {
  const { values, tokens } = parse(argv);
  const output = resolve(values.output ?? "lix-image.lock.json");
  const given = inOrder(
    tokens.filter((token) => token.kind === "option"),
    output,
  );
  if (values.help !== true && values.nix === undefined && values.path === undefined)
    throw usage("give the packages by --path ATTR=/nix/store/… or by --nix FILE");
  if (values.package !== undefined && values.nix === undefined)
    throw usage("--package needs --nix FILE; a store path is given by --path ATTR=/nix/store/…");
  return {
    help: values.help ?? false,
    output,
    caches: given.caches.length === 0 ? [DEFAULT_CACHE] : given.caches,
    systems: given.systems.length === 0 ? [noArguments("x86_64-linux")] : given.systems,
    priorities: new Map((values.priority ?? []).map(parsePriority)),
    nix: values.nix === undefined ? undefined : resolve(values.nix),
    packages: values.package ?? [],
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, tokens: true });
  } catch (error) {
    // parseArgs' own messages name the option and what is wrong with it.
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

interface Ordered {
  readonly caches: readonly CacheArgument[];
  readonly systems: readonly SystemArguments[];
}

/** Options whose meaning depends on what stands before them: a key's cache, a path's system. */
function inOrder(options: readonly OptionToken[], lock: string): Ordered {
  const caches: CacheArgument[] = [];
  const systems: SystemArguments[] = [];
  const change = (to: (system: SystemArguments) => SystemArguments): void => {
    systems.push(to(systems.pop() ?? noArguments("x86_64-linux")));
  };
  for (const { name, value = "" } of options) {
    switch (name) {
      case "cache":
        caches.push(parseCache(value, lock));
        break;
      case "trusted-public-key": {
        const cache = caches.pop();
        if (cache === undefined)
          throw usage("--trusted-public-key stands behind the --cache that it is a key of");
        asUsage("--trusted-public-key", () => PublicKey.parse(value));
        caches.push({ ...cache, trustedPublicKeys: [...cache.trustedPublicKeys, value] });
        break;
      }
      case "system":
        if (systems.some((one) => one.system === value))
          throw usage(`--system ${value} is given twice, or behind a --path that was taken for it`);
        systems.push(noArguments(value));
        break;
      case "path":
        change((system) => ({ ...system, paths: [...system.paths, parsePath(value)] }));
        break;
      case "nixpkgs":
        change((system) => ({ ...system, nixpkgs: parseStorePath("--nixpkgs", value) }));
        break;
      case "no-nixpkgs":
        change((system) => ({ ...system, nixpkgs: "none" }));
        break;
    }
  }
  return { caches, systems };
}

const noArguments = (system: string): SystemArguments => ({
  system,
  paths: [],
  nixpkgs: "from the Nix file",
});

function parseCache(text: string, lock: string): CacheArgument {
  asUsage("--cache", () => checkCacheUrl(text));
  if (hasScheme(text)) return { url: text, absoluteUrl: text, trustedPublicKeys: [] };
  const folder = resolve(text);
  const fromLock = relative(dirname(lock), folder).split(sep).join("/");
  // On Windows there is no way from one drive to another.
  const dotted = isAbsolute(fromLock) || fromLock.startsWith("../") ? fromLock : `./${fromLock}`;
  return { url: dotted, absoluteUrl: pathToFileURL(folder).href, trustedPublicKeys: [] };
}

function parsePath(text: string): NamedPath {
  // An attribute has no "=", a store path may.
  const equals = text.indexOf("=");
  if (equals < 1) throw usage(`--path ${text}: expected ATTR=/nix/store/…`);
  const name = text.slice(0, equals);
  return { name, storePath: parseStorePath(`--path ${name}`, text.slice(equals + 1)) };
}

function parsePriority(text: string): [string, number] {
  const [, attribute, number] = /^([^=]+)=(-?\d{1,9})$/.exec(text) ?? [];
  if (attribute === undefined || number === undefined)
    throw usage(`--priority ${text}: expected ATTR=N`);
  return [attribute, Number(number)];
}

const parseStorePath = (option: string, text: string): StorePath =>
  asUsage(option, () => StorePath.parse(text));

function asUsage<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw usage(`${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const usage = (message: string): UsageError => new UsageError(message, "lix-image lock");

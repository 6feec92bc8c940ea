/** How the value of each option of `lix-image lock` is read. @module */
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { channelUrl } from "../../resolve/channel.ts";
import { lixManifestUrl } from "../../resolve/lix-release.ts";
import type { NamedPath } from "../../resolve/resolve-paths.ts";
import { checkCommittedUrl } from "../../lock/committed-url.ts";
import { checkCacheUrl, hasScheme } from "../../lock/lock-schema.ts";
import { PublicKey } from "../../formats/nix/signature.ts";
import { StorePath } from "../../formats/nix/store-path.ts";
import { UsageError } from "../usage.ts";

export interface CacheArgument {
  /** As it is in the lock: relative to the lock for a folder. */
  readonly url: string;
  readonly absoluteUrl: string;
  readonly trustedPublicKeys: readonly string[];
}

/** The Lix that a channel's lock ships. */
export type LixArgument =
  | { readonly kind: "attribute"; readonly attribute: string }
  | { readonly kind: "release"; readonly manifest: URL };

export type NixpkgsArgument =
  /** What the source of the packages is made from. */
  | { readonly kind: "of the source" }
  | { readonly kind: "none" }
  | { readonly kind: "path"; readonly storePath: StorePath }
  | { readonly kind: "tarball"; readonly url: URL }
  /** The channel's commit, from GitHub. */
  | { readonly kind: "git" };

/** The folders that relative paths are relative to. */
export interface Folders {
  readonly directory: string;
  /** Absolute. */
  readonly lock: string;
}

export function parseCache(text: string, { directory, lock }: Folders): CacheArgument {
  asUsage("--cache", () => checkCacheUrl(text));
  if (hasScheme(text)) return { url: text, absoluteUrl: text, trustedPublicKeys: [] };
  const folder = resolve(directory, text);
  const url = relativeTo(dirname(lock), folder);
  return { url, absoluteUrl: pathToFileURL(folder).href, trustedPublicKeys: [] };
}

/** `./cache`, `../cache`; absolute on Windows, where there is no way from one drive to another. */
export function relativeTo(folder: string, path: string): string {
  const way = relative(folder, path).split(sep).join("/");
  return isAbsolute(way) || way === ".." || way.startsWith("../") ? way : `./${way}`;
}

export function parsePath(text: string): NamedPath {
  // An attribute has no "=", a store path may.
  const equals = text.indexOf("=");
  if (equals < 1) throw usage(`--path ${text}: expected ATTR=/nix/store/…`);
  const name = text.slice(0, equals);
  return { name, storePath: parseStorePath(`--path ${name}`, text.slice(equals + 1)) };
}

export function parsePriority(text: string): [string, number] {
  const [, attribute, number] = /^([^=]+)=(-?\d{1,9})$/.exec(text) ?? [];
  if (attribute === undefined || number === undefined)
    throw usage(`--priority ${text}: expected ATTR=N`);
  return [attribute, Number(number)];
}

export function parseNixpkgs(text: string): NixpkgsArgument {
  if (text === "channel") return { kind: "of the source" };
  if (text === "git") return { kind: "git" };
  asUsage("--nixpkgs", () => checkCommittedUrl(text));
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (url !== null) return { kind: "tarball", url };
  return { kind: "path", storePath: parseStorePath("--nixpkgs", text) };
}

/** `lix`, `release:2.93.3`, `release:latest`, or the URL of a manifest.nix. */
export function parseLix(text: string): LixArgument {
  asUsage("--lix", () => checkCommittedUrl(text));
  const release = text.startsWith("release:") ? text.slice("release:".length) : undefined;
  if (release === undefined && !/^https?:\/\//.test(text))
    return { kind: "attribute", attribute: text };
  return {
    kind: "release",
    manifest: asUsage("--lix", () => lixManifestUrl(release ?? text)),
  };
}

export const parseChannel = (text: string): URL =>
  asUsage("--channel", () => channelUrl(checkCommittedUrl(text)));

/** `.#packages` and the like are relative to a folder, everything else is left to Nix. */
export function parseFlake(text: string, directory: string): string {
  asUsage("--flake", () => checkCommittedUrl(text));
  const hash = text.includes("#") ? text.indexOf("#") : text.length;
  const [reference, fragment] = [text.slice(0, hash), text.slice(hash)];
  return /^\.{1,2}(\/|$)/.test(reference) ? `${resolve(directory, reference)}${fragment}` : text;
}

const parseStorePath = (option: string, text: string): StorePath =>
  asUsage(option, () => StorePath.parse(text));

export const checkKey = (text: string): void =>
  void asUsage("--trusted-public-key", () => PublicKey.parse(text));

export function asUsage<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw usage(`${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export const usage = (message: string): UsageError => new UsageError(message, "lix-image lock");

/** What goes wrong when a lock is made. @module */
import { stripVTControlCharacters } from "node:util";
import { enumerate } from "../base/enumerate.ts";
import { redactUrl } from "../base/redact.ts";
import { entry } from "./entry.ts";

/** A store path that cannot be locked. */
export interface AbsentPath {
  readonly storePath: string;
  /** One for each cache. */
  readonly reasons: readonly string[];
  /** What to do about caches that refuse. */
  readonly hints: readonly string[];
}

// An evaluation trace is long; its end has the error.
const STDERR_LIMIT = 4_000;

export const RESOLVE_ERRORS = {
  CHANNEL_NOT_FOUND: entry({
    meaning: "There is no channel of that name or URL.",
    message: (p: { channel: URL }) => `there is no channel ${redactUrl(p.channel)}`,
    hint: "channels are named nixos-unstable, nixpkgs-unstable, nixos-26.05 and so on: https://channels.nixos.org",
  }),
  EXPORT_FAILED: entry({
    meaning: "`lix-image lock --export` cannot write into its folder.",
    message: (p: { folder: string }) => `${p.folder}: store paths cannot be exported there`,
    hint: "it must be a folder that you may write to, with space for them",
  }),
  HYDRA_BUSY: entry({
    meaning:
      "Hydra answers 429 or fails, after all retries. Its earlier answers are kept, so the next run continues from there.",
    message: (p: { url: URL; status: number }) =>
      `${redactUrl(p.url)}: Hydra answers ${p.status}, after all retries`,
    hint: "wait a few minutes and run the command again: it continues where it stopped",
  }),
  INVALID_JSON_STREAM: entry({
    meaning: "A long JSON text from a server is cut off, or has another shape than expected.",
    message: (p: { problem: string }) => `not the JSON that was expected: ${p.problem}`,
  }),
  INVALID_PACKAGE_PATHS: entry({
    meaning: "The `--path` options of `lix-image lock` contradict each other.",
    message: (p: { mistakes: readonly string[] }) => enumerate("", p.mistakes),
    hint: "give each output once: --path curl.bin=/nix/store/…-curl-8.9.1-bin --path curl.out=/nix/store/…-curl-8.9.1",
  }),
  NIX_EVALUATION_FAILED: entry({
    meaning: "The file or flake of `lix-image lock --nix` or `--flake` does not evaluate.",
    message: (p: { subject: string; stderr: string }) => {
      // Nix colours its messages even when nobody asks for it.
      const end = stripVTControlCharacters(p.stderr).trim().slice(-STDERR_LIMIT);
      return [`${p.subject}: does not evaluate:`, ...end.split(/\r?\n/).map((line) => `  ${line}`)];
    },
    hint: "it must evaluate to a set of packages such as nixpkgs; a file may be a function of { system } that returns one",
  }),
  NIX_NOT_FOUND: entry({
    meaning: "`lix-image lock --nix` and `--flake` need an installed Nix or Lix.",
    message: (p: { program: string }) => `${p.program} is not on PATH`,
    hint: "--nix and --flake need an installed Nix or Lix; `lix-image lock --channel` and `--path` need none",
  }),
  NOT_A_CHANNEL: { meaning: "The URL answers, but not as a channel does." },
  NOT_HYDRA: entry({
    meaning:
      "Hydra's address answers with something other than a build: a page of a proxy, or of Hydra's protection against robots.",
    message: (p: { url: URL; got: string }) =>
      `${redactUrl(p.url)}: expected a build as Hydra describes it in JSON; got ${p.got}`,
    hint:
      "this may be a proxy's page, or Hydra's protection against robots: open the address in a browser, try " +
      "from another network, or make the lock with --nix or --path",
  }),
  PATHS_NOT_IN_CACHES: entry({
    meaning:
      "`lix-image lock` found store paths that no cache has; each is listed with the answer of every cache.",
    message: (p: { paths: readonly AbsentPath[]; caches: readonly string[] }) =>
      enumerate(
        "cannot be locked: ",
        p.paths.map((path) => [path.storePath, ...path.reasons.map((reason) => `  ${reason}`)]),
        "store paths",
      ),
    hint: ({ paths, caches }) =>
      [...new Set(paths.flatMap((path) => path.hints))].map((hint) => `${hint}; `).join("") +
      "push it to a cache of your own with nix copy --to 'file:///srv/cache?secret-key=/path/to/key' " +
      `${paths[0]?.storePath ?? "/nix/store/…"}, and name that cache with --cache and --trusted-public-key; ` +
      "or export what this machine's store has into a folder, with --export DIR --secret-key-file FILE; " +
      `asked: ${caches.join(", ") || "none"}`,
  }),
  SERVER_REFUSED: {
    meaning: "A server that `lix-image lock` needs answers with an error, after all retries.",
  },
  UNKNOWN_ATTRIBUTES: entry({
    meaning: "The channel has no packages of these names.",
    message: (p: { release: string; attributes: readonly string[] }) =>
      enumerate(
        `${p.release}: `,
        p.attributes.map((attribute) => `there is no package ${attribute}`),
        "packages",
      ),
    hint:
      "names are those of https://search.nixos.org, without aliases; " +
      "unfree, broken and insecure packages are not in a channel's list",
  }),
  UNUSABLE_JOBS: entry({
    meaning:
      "Hydra has no finished, successful build of these packages in the channel's evaluation.",
    message: (p: { evaluation: URL; system: string; mistakes: readonly string[] }) =>
      enumerate(`${p.evaluation.href}, ${p.system}: `, p.mistakes, "packages were not built"),
    hint:
      "-small channels build only some packages, and a package may fail for one system: " +
      "take another channel, or give the package with --path ATTR=/nix/store/…",
  }),
  UNUSABLE_LIX_RELEASE: entry({
    meaning: "A release of Lix names no store path for the system.",
    message: (p: { manifest: URL; system: string; found: readonly string[] }) =>
      `${redactUrl(p.manifest)}: expected the store path of a Lix for ${p.system}; ` +
      `got ${p.found.join(", ") || "no paths at all"}`,
    hint: "releases are listed at https://releases.lix.systems",
  }),
  UNUSABLE_NIX_FILE: entry({
    meaning:
      "The file or flake of `lix-image lock --nix` or `--flake` lacks packages that the image needs.",
    message: (p: { subject: string; mistakes: readonly string[] }) =>
      enumerate(`${p.subject}: `, p.mistakes),
    hint: "add what is missing to the set: pkgs // { nix = pkgs.lix; }",
  }),
  UNUSABLE_PACKAGE_INDEX: entry({
    meaning: "A channel's packages.json.br cannot be read.",
    message: (p: { url: URL }) =>
      `${redactUrl(p.url)}: cannot be read as the packages of a channel`,
    hint: "the download may have been cut off, or changed on its way: try again",
  }),
};

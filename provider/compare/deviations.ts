/**
 * Where our image differs from docker.nix's on purpose. docs/decisions/0001-deviations.md is generated from this
 * table, and `lix-image verify --against` explains differences with it.
 * @module
 */
import type { Difference } from "./difference.ts";
import { EQUALLY_POPULAR } from "./compare-layers.ts";

export interface Deviation {
  /** For programs. Never changed. */
  readonly name: string;
  /** What docker.nix with nix2container does. */
  readonly upstream: string;
  readonly here: string;
  readonly why: string;
  /** Undefined where docker.nix makes no image that could be compared. */
  readonly explains?: (difference: Difference) => boolean;
}

export const DEVIATIONS: readonly Deviation[] = [
  {
    name: "content-addressed",
    upstream: "generated paths are input-addressed",
    here: "they are content-addressed, so their hashes differ",
    why: "this needs no Nix evaluation, and everyone can verify them without a signature",
    explains: ({ onlyHashes }) => onlyHashes === true,
  },
  {
    name: "base-system",
    upstream: "base-system is registered in the database but is not in the store",
    here: "it is not registered and has no gcroot",
    why: "`nix-store --verify` finds no error at first start; a changed nix.conf changes one layer, not two",
    explains: ({ about, subject, here }) =>
      here === undefined &&
      ((about === "database" && /^\/nix\/store\/\w{32}-base-system$/.test(subject)) ||
        (about === "file" &&
          /^\/nix\/var\/nix\/gcroots\/docker\/\w{32}-base-system$/.test(subject))),
  },
  {
    name: "max-layers",
    upstream: "`maxLayers` below the number of paths fails the build",
    here: "the least popular packages share a layer, never with generated paths",
    why: "an upper bound should work as one, and a changed nix.conf should change one small layer",
  },
  {
    name: "popularity",
    upstream: "equally popular paths are ordered by the hashes of generated paths",
    here: "they are not",
    why: "a changed setting moves no path to another layer",
    explains: ({ about, subject }) => about === "layers" && subject === EQUALLY_POPULAR,
  },
  {
    name: "usr-share",
    upstream: "`/usr/share` → `/nix/var/nix/profiles/share`, which does not exist",
    here: "→ `/nix/var/nix/profiles/default/share`",
    why: "a mistake upstream",
    explains: ({ subject, here, there }) =>
      subject === "/usr/share" &&
      here === "a link to /nix/var/nix/profiles/default/share" &&
      there === "a link to /nix/var/nix/profiles/share",
  },
  {
    name: "channels-file",
    upstream: "`.nix-channels` passes through a shell",
    here: "it is taken literally",
    why: "a name that contains a `$` works",
    explains: ({ subject, lines }) =>
      subject === "/root/.nix-channels" &&
      lines?.some((line) => line.startsWith("+") && /[$`"\\]/.test(line)) === true,
  },
  {
    name: "nix-conf-types",
    upstream: "values of nixConf are strings or lists of strings",
    here: "numbers and booleans work, too",
    why: "nix.conf has settings of these types",
  },
  {
    name: "database-columns",
    upstream: "the database has neither `ca` nor `sigs`",
    here: "it has both; deriver and ultimate are NULL; there is no `schema` file",
    why: "`nix store verify` and `nix copy` work inside the image",
    explains: ({ about, subject, here, there }) =>
      (about === "database" && there === undefined && /: (?:ca|sigs)$/.test(subject)) ||
      (about === "database" && here === undefined && /: (?:deriver|ultimate)$/.test(subject)) ||
      (about === "file" && here === undefined && subject === "/nix/var/nix/db/schema"),
  },
  {
    name: "history",
    upstream: "history entries are by nix2container and have no date",
    here: "they are by pulumi-lix, dated `0001-01-01T00:00:00Z` like the image",
    why: "`umoci stat` crashes on entries without a date",
    explains: ({ about, subject, here, there }) =>
      about === "config" &&
      ((/^history \d+: created$/.test(subject) &&
        here === '"0001-01-01T00:00:00Z"' &&
        there === undefined) ||
        (/^history \d+: created_by$/.test(subject) &&
          here === '"pulumi-lix"' &&
          there === '"nix2container"')),
  },
];

/** The deviation that a difference follows from; undefined for one that nobody intended. */
export const deviationOf = (difference: Difference): Deviation | undefined =>
  DEVIATIONS.find(({ explains }) => explains?.(difference));

/** What is in the image. @module */
import { z } from "zod";
import { Instant } from "../instant.ts";
import { argument, IMAGE_OUTPUTS, TRUE_OR_FALSE, type Given } from "../argument.ts";

const setting = z.union([z.string(), z.int(), z.boolean()]);

const LINUX = ["x86_64", "aarch64", "i686", "riscv64", "armv7l", "armv6l", "s390x"].map(
  (cpu) => `${cpu}-linux`,
);

/** Each system may be named once. */
const systemLeft = (given: Given): string | undefined =>
  LINUX.find((system) => !Object.values(Object(given["systems"])).includes(system));

export const CONTENTS = {
  systems: argument({
    schema: z.array(z.string().min(1)).min(1).readonly().default(["x86_64-linux"]),
    type: "readonly string[]",
    doc:
      "Nix systems, each of which the lock must have. With more than one, `digest` is the digest of an " +
      "index.",
    expected: 'a list of at least one Nix system, such as ["x86_64-linux"]',
    parts: {
      "[]": { expected: 'a Nix system, such as "x86_64-linux"', placeholder: systemLeft },
    },
    outputs: [...IMAGE_OUTPUTS, "version", "labels", "packages"],
    isPublished: false,
    diff: "planKey",
  }),
  lixRevision: argument({
    schema: z.string().min(1).optional(),
    type: "string",
    doc: "The label `org.opencontainers.image.revision`.",
    default: "no such label",
    expected: "a revision",
    outputs: [...IMAGE_OUTPUTS, "revision", "labels"],
    isPublished: true,
    diff: "planKey",
  }),
  bundleNixpkgs: argument({
    schema: z.boolean().default(true),
    type: "boolean",
    doc: "Ship the nixpkgs source, which the lock must then have, and a channel that points to it.",
    expected: TRUE_OR_FALSE,
    // The lock may well have no nixpkgs.
    placeholder: () => false,
    outputs: IMAGE_OUTPUTS,
    isPublished: false,
    diff: "planKey",
  }),
  channelName: argument({
    schema: z.string().default("nixpkgs"),
    type: "string",
    doc: "The name in `/root/.nix-channels`, taken literally.",
    expected: "a string",
    outputs: IMAGE_OUTPUTS,
    isPublished: true,
    diff: "planKey",
  }),
  channelUrl: argument({
    schema: z.string().default("https://nixos.org/channels/nixpkgs-unstable"),
    type: "string",
    doc: "The URL in `/root/.nix-channels`, taken literally.",
    expected: "a string",
    outputs: IMAGE_OUTPUTS,
    isPublished: true,
    diff: "planKey",
  }),
  extraPkgs: argument({
    schema: z.array(z.string().min(1)).readonly().default([]),
    type: "readonly string[]",
    doc:
      'More packages for the profile: attributes of the lock (`"jq"`), single outputs (`"curl.dev"`), or store ' +
      "paths of the lock. An attribute of exactly this name takes precedence over an output.",
    expected: "a list of attributes of the lock, or store paths",
    parts: {
      // Every lock has a package of this name.
      "[]": { expected: "an attribute of the lock, or a store path", placeholder: () => "nix" },
    },
    outputs: [...IMAGE_OUTPUTS, "packages"],
    isPublished: true,
    diff: "planKey",
  }),
  maxLayers: argument({
    schema: z.int().min(1).max(127).default(100),
    type: "number",
    doc:
      "How many layers may follow docker.nix's explicit groups. If there are more store paths, the packages " +
      "get maxLayers-3 layers, of which the last holds the rest. The generated files follow in three small " +
      "layers: store paths, base system, database.",
    expected: "a whole number from 1 to 127",
    outputs: IMAGE_OUTPUTS,
    isPublished: false,
    diff: "planKey",
  }),
  layering: argument({
    schema: z.enum(["docker.nix", "closure-risk"]).default("docker.nix"),
    type: '"docker.nix" | "closure-risk"',
    doc:
      'How store paths are divided into layers. `"docker.nix"`: its explicit groups, then one layer for each path ' +
      'in order of popularity. `"closure-risk"`: paths that change together share a layer and the most stable ' +
      "layers come first, so that an update pushes and pulls less. There are no groups then, and `maxLayers` " +
      "counts all layers but that of `files`.",
    expected: '"docker.nix" or "closure-risk"',
    isPublic: true,
    outputs: IMAGE_OUTPUTS,
    isPublished: false,
    diff: "planKey",
  }),
  nixConf: argument({
    schema: z
      .record(z.string(), z.union([setting, z.array(setting).readonly()]))
      .readonly()
      .default({}),
    type: "Readonly<Record<string, NixConfScalar | readonly NixConfScalar[]>>",
    doc:
      "Settings that are merged over the defaults of nix.conf: `{ cores: 4 }`. No newline in keys or values. " +
      "A name that Lix does not know gives a warning. Put no secrets here, because they are readable in the image.",
    expected: "an object of settings, such as { cores: 4 }",
    parts: {
      ".*": {
        expected: "a string, whole number, boolean, or list of them",
        placeholder: () => "unknown",
      },
      ".*[]": { expected: "a string, whole number or boolean", placeholder: () => "unknown" },
    },
    aliases: {
      NixConfScalar: {
        type: "string | number | boolean",
        doc: "A value of nix.conf. Numbers must be whole; the values of a list are joined by spaces.",
      },
    },
    outputs: IMAGE_OUTPUTS,
    isPublished: true,
    diff: "planKey",
  }),
  flakeRegistry: argument({
    schema: z.string().min(1).optional(),
    type: "string",
    doc:
      "A file, a directory with `flake-registry.json` (no symbolic link to one), or a store path of the lock. " +
      "`/root/.cache/nix/flake-registry.json` links to it. To make Nix read it there, set " +
      '`"flake-registry"` in `nixConf` to that path.',
    default: "none",
    expected: "the path of a file or directory, or a store path",
    outputs: IMAGE_OUTPUTS,
    isPublished: false,
    diff: "planKey",
  }),
  created: argument({
    schema: z.string().refine(Instant.is).transform(Instant.inUtc).optional(),
    type: "string",
    doc:
      "The date in the image's config and history, in RFC 3339: `2026-11-28T12:00:00Z`, such as that of a " +
      'commit. `"now"` is refused, because every run would make another image.',
    default: "`0001-01-01T00:00:00Z`, as docker.nix has it",
    expected: 'a date and time in RFC 3339, such as "2026-11-28T12:00:00Z"',
    isPublic: true,
    hint: (value) =>
      typeof value === "string" && /now|today/i.test(value)
        ? "a date that follows the clock makes another image, with another digest, in every run; give a fixed one, such as that of the commit"
        : undefined,
    outputs: IMAGE_OUTPUTS,
    isPublished: true,
    diff: "planKey",
  }),
  compression: argument({
    schema: z
      .union([
        z.enum(["gzip", "zstd"]),
        z.discriminatedUnion("algorithm", [
          z.strictObject({
            algorithm: z.literal("gzip"),
            level: z.int().min(1).max(9).default(4),
          }),
          z.strictObject({
            algorithm: z.literal("zstd"),
            level: z.int().min(1).max(19).default(3),
          }),
        ]),
      ])
      .default("gzip"),
    type: '"gzip" | "zstd" | Compression',
    doc:
      "How the layers are compressed. Every registry and runtime reads gzip; zstd needs Docker 23 or " +
      "containerd 1.5.",
    expected: '"gzip", "zstd" or { algorithm, level }',
    isPublic: true,
    interface: "Compression",
    parts: {
      ".algorithm": {
        type: '"gzip" | "zstd"',
        doc: 'Without a level, the name alone is enough: `compression: "zstd"`.',
        expected: '"gzip" or "zstd"',
        isPublic: true,
        // It has every level that gzip has.
        placeholder: () => "zstd",
      },
      ".level": {
        type: "number | undefined",
        doc: "1..9 for gzip, 1..19 for zstd.",
        default: "gzip 4, zstd 3",
        defaultFollows: ".algorithm",
        expected: "a whole number, from 1 to 9 for gzip and to 19 for zstd",
      },
    },
    outputs: IMAGE_OUTPUTS,
    isPublished: false,
    diff: "planKey",
  }),
};

/**
 * The arguments of sdk/args.ts at run time: bounds and defaults. They are not there, because a type check
 * of a user's program would read zod's declarations with them.
 * @module
 */
import { z } from "zod";
import type { LixImageInputs as Documented } from "../../sdk/args.ts";

const scalar = z.union([z.string(), z.int(), z.boolean()]);
const gzip = z.strictObject({
  algorithm: z.literal("gzip"),
  level: z.int().min(1).max(9).default(4),
});
const zstd = z.strictObject({
  algorithm: z.literal("zstd"),
  level: z.int().min(1).max(19).default(3),
});

/** As the program writes them. */
export type LixImageInputs = Documented;

/** The rules at run time: bounds and defaults. What only the lock can tell is checked later. */
export const LixImageInputs = z.strictObject({
  lock: z.string().min(1).default("lix-image.lock.json"),
  registry: z.string().min(1).optional(),
  repository: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  tag: z.string().min(1).default("latest"),
  extraTags: z.array(z.string().min(1)).readonly().default([]),
  systems: z.array(z.string().min(1)).min(1).readonly().default(["x86_64-linux"]),
  lixRevision: z.string().min(1).optional(),
  bundleNixpkgs: z.boolean().default(true),
  channelName: z.string().default("nixpkgs"),
  channelUrl: z.string().default("https://nixos.org/channels/nixpkgs-unstable"),
  extraPkgs: z.array(z.string().min(1)).readonly().default([]),
  maxLayers: z.int().min(1).max(127).default(100),
  nixConf: z
    .record(z.string(), z.union([scalar, z.array(scalar).readonly()]))
    .readonly()
    .default({}),
  flakeRegistry: z.string().min(1).optional(),
  compression: z
    .union([z.enum(["gzip", "zstd"]), z.discriminatedUnion("algorithm", [gzip, zstd])])
    .default("gzip"),
  mirrors: z.array(z.string().min(1)).readonly().default([]),
  mirrorFailure: z.enum(["error", "warn"]).default("error"),
  archives: z
    .array(
      z.strictObject({
        type: z.enum(["oci-layout", "docker-archive"]),
        path: z.string().min(1),
        hydraBuildProducts: z.boolean().optional(),
      }),
    )
    .readonly()
    .default([]),
  previewDigests: z.boolean().default(true),
  deleteFromRegistry: z.boolean().default(false),
  verifyBlobs: z.boolean().default(false),
});

/** After the schema: defaults applied. */
export type LixImageSpec = z.output<typeof LixImageInputs>;

/**
 * Image configs from outside.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 * @module
 */
import { z } from "zod";
import type { ContainerConfig } from "./container-config.ts";
import type { Platform } from "./descriptor.ts";
import type { DiffId } from "./digest.ts";
import { annotations, diffId, parseDocument } from "./document.ts";

export interface ReadConfig {
  readonly platform: Platform;
  readonly config: ContainerConfig;
  /** First to last. */
  readonly diffIds: readonly DiffId[];
}

export function readConfig(bytes: Uint8Array, what: string): ReadConfig {
  const { architecture, os, variant, config, rootfs } = parseDocument(schema, bytes, what);
  return {
    // Docker writes "" for none.
    platform: { architecture, os, ...(variant ? { variant } : {}) },
    config: containerConfig(config ?? {}),
    diffIds: rootfs.diff_ids,
  };
}

/** Go writes null, "" or nothing for a field that is not set. */
function containerConfig(config: z.output<typeof containerSchema>): ContainerConfig {
  const { User, ExposedPorts, Entrypoint, Volumes, WorkingDir, StopSignal } = config;
  return {
    ...(User ? { User } : {}),
    ...(ExposedPorts ? { ExposedPorts: Object.keys(ExposedPorts).sort() } : {}),
    Env: config.Env ?? [],
    ...(Entrypoint ? { Entrypoint } : {}),
    Cmd: config.Cmd ?? [],
    ...(Volumes ? { Volumes: Object.keys(Volumes).sort() } : {}),
    ...(WorkingDir ? { WorkingDir } : {}),
    Labels: config.Labels ?? {},
    ...(StopSignal ? { StopSignal } : {}),
  };
}

const strings = z.array(z.string()).nullish();
const set = z.record(z.string(), z.unknown()).nullish();
const containerSchema = z.object({
  User: z.string().nullish(),
  ExposedPorts: set,
  Env: strings,
  Entrypoint: strings,
  Cmd: strings,
  Volumes: set,
  WorkingDir: z.string().nullish(),
  Labels: annotations.nullish(),
  StopSignal: z.string().nullish(),
});
const schema = z.object({
  architecture: z.string(),
  os: z.string(),
  variant: z.string().optional(),
  config: containerSchema.nullish(),
  rootfs: z.object({ type: z.literal("layers"), diff_ids: z.array(diffId) }),
});

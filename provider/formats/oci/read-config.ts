/**
 * Image configs from outside.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 * @module
 */
import { z } from "zod";
import type { ContainerConfig } from "./config.ts";
import type { Platform } from "./descriptor.ts";
import type { DiffId } from "./digest.ts";
import { annotations, diffId, parseDocument } from "./schema.ts";

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
    config: {
      Env: config?.Env ?? [],
      Cmd: config?.Cmd ?? [],
      Labels: config?.Labels ?? {},
    },
    diffIds: rootfs.diff_ids,
  };
}

const strings = z.array(z.string()).nullish();
const schema = z.object({
  architecture: z.string(),
  os: z.string(),
  variant: z.string().optional(),
  config: z.object({ Env: strings, Cmd: strings, Labels: annotations.nullish() }).nullish(),
  rootfs: z.object({ type: z.literal("layers"), diff_ids: z.array(diffId) }),
});

/**
 * Image configs: bytes as nix2container writes them.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 * @module
 */
import type { ContainerConfig } from "./container-config.ts";
import type { Platform } from "./descriptor.ts";
import type { DiffId } from "./digest.ts";
import { goJson, goMap, type GoValue } from "./go-json.ts";

export interface ImageConfigInput {
  readonly platform: Platform;
  readonly config: ContainerConfig;
  /** First to last. */
  readonly layers: readonly DiffId[];
}

/** The config blob. */
export function imageConfig({ platform, config, layers }: ImageConfigInput): Uint8Array {
  const { created = ZERO_TIME } = config;
  const json = goJson({
    created,
    architecture: platform.architecture,
    os: platform.os,
    variant: platform.variant,
    config: {
      User: config.User,
      ExposedPorts: emptyObjects(config.ExposedPorts),
      Env: someOf(config.Env),
      Entrypoint: someOf(config.Entrypoint),
      Cmd: someOf(config.Cmd),
      Volumes: emptyObjects(config.Volumes),
      WorkingDir: config.WorkingDir,
      Labels: goMap(config.Labels),
      StopSignal: config.StopSignal,
    },
    rootfs: { type: "layers", diff_ids: layers },
    // Without a date `umoci stat` crashes.
    history: layers.map(() => ({ created, created_by: "pulumi-lix" })),
  });
  return Buffer.from(json, "utf8");
}

/** Go's zero time, which nix2container writes: an image that is the same has no date. */
const ZERO_TIME = "0001-01-01T00:00:00Z";

const someOf = (list: readonly string[] = []): readonly string[] | undefined =>
  list.length === 0 ? undefined : list;

/** A set in Go's sense: `map[string]struct{}`. */
const emptyObjects = (keys: readonly string[] = []): ReadonlyMap<string, GoValue> | undefined =>
  keys.length === 0 ? undefined : new Map(keys.map((key) => [key, {}]));

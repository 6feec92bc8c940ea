/**
 * Image configs, as nix2container writes them.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 * @module
 */
import type { Platform } from "./descriptor.ts";
import type { DiffId } from "./digest.ts";
import { goJson, goMap } from "./go-json.ts";

/** What a container is started with; the spec's names. */
export interface ContainerConfig {
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

export interface ImageConfigInput {
  readonly platform: Platform;
  readonly config: ContainerConfig;
  /** First to last. */
  readonly layers: readonly DiffId[];
}

/** The config blob. */
export function imageConfig({ platform, config, layers }: ImageConfigInput): Uint8Array {
  const json = goJson({
    created: ZERO_TIME,
    architecture: platform.architecture,
    os: platform.os,
    variant: platform.variant,
    config: {
      Env: someOf(config.Env),
      Cmd: someOf(config.Cmd),
      Labels: goMap(config.Labels),
    },
    rootfs: { type: "layers", diff_ids: layers },
    // Without a date `umoci stat` crashes.
    history: layers.map(() => ({ created: ZERO_TIME, created_by: "pulumi-lix" })),
  });
  return Buffer.from(json, "utf8");
}

/** Go's zero time, which nix2container writes: an image that is the same has no date. */
const ZERO_TIME = "0001-01-01T00:00:00Z";

const someOf = (list: readonly string[]): readonly string[] | undefined =>
  list.length === 0 ? undefined : list;

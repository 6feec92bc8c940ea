/**
 * The configuration of the provider itself: what is not a property of one image. The plugin's schema, its
 * validation and docs/plugin.md have it from this table.
 *
 * There are no credentials, because an engine hands a later refresh or destroy the configuration of the last `up`
 * (docs/environment.md).
 * @module
 */
import { z } from "zod";
import { TRUE_OR_FALSE } from "../arguments/argument.ts";

export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  /** Markdown. */
  readonly doc: string;
  /** What holds without it, in words. */
  readonly default: string;
  /** What is valid: the end of a message "expected …". */
  readonly expected: string;
}

const path = z.string().min(1).optional();

export const CONFIG = {
  netrc: {
    schema: path,
    doc: "Path of a netrc file with the credentials of binary caches. The file is read when a cache is asked.",
    default: "`$NETRC`, else `~/.netrc`, then `/etc/nix/netrc`",
    expected: "the path of a file",
  },
  cacheFolder: {
    schema: path,
    doc: "Path of the folder for the local cache.",
    default: "`$LIX_IMAGE_CACHE`, else `pulumi-lix` in the user's cache folder",
    expected: "the path of a folder",
  },
  offline: {
    schema: z.boolean().optional(),
    doc: "Ask no binary cache: what an image needs must be on this machine already. Registries are still asked.",
    default: "false",
    expected: TRUE_OR_FALSE,
  },
  defaultRegistry: {
    schema: z.string().min(1).optional(),
    doc:
      "Where images go that have neither `registry`, `repository` nor `archives`: a host and an optional namespace, as " +
      "the argument `registry`.",
    default: "none",
    expected: 'a host, such as "ghcr.io/acme"',
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** The provider's own configuration, as the engine gives it. @module */
import { resolve } from "node:path";
import { isUnknown, UNKNOWN } from "../arguments/unknown.ts";
import { Repository } from "../formats/oci/reference.ts";
import { lixError } from "../errors/lix-error.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { CONFIG } from "./config.ts";

export interface Configuration {
  readonly netrc?: string | undefined;
  readonly cacheFolder?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly defaultRegistry?: string | undefined;
}

interface ReadConfiguration {
  readonly configuration: Configuration;
  readonly mistakes: readonly { readonly setting: string; readonly error: Error }[];
}

/** What the engine adds to each provider's configuration. */
const OF_THE_ENGINE = new Set(["version", "pluginDownloadURL"]);

/** @param directory Relative paths are relative to it. */
export function readConfiguration(values: PropertyMap, directory: string): ReadConfiguration {
  const read: Record<string, unknown> = {};
  const mistakes: { setting: string; error: Error }[] = [];
  for (const [setting, value] of Object.entries(values)) {
    if (setting.startsWith("__") || OF_THE_ENGINE.has(setting)) continue;
    if (value === null || isUnknown(value)) continue;
    const entry = isSetting(setting) ? CONFIG[setting] : undefined;
    const result = entry?.schema.safeParse(jsonIn(value, setting));
    if (result?.success === true) read[setting] = result.data;
    else
      mistakes.push({
        setting,
        error: lixError("PROVIDER_SETTING_WRONG", {
          setting,
          expected: entry?.expected,
          known: Object.keys(CONFIG),
        }),
      });
  }
  for (const setting of PATHS)
    if (typeof read[setting] === "string") read[setting] = resolve(directory, read[setting]);
  return { configuration: read, mistakes };
}

const isSetting = (name: string): name is keyof typeof CONFIG => Object.hasOwn(CONFIG, name);

const PATHS = ["netrc", "cacheFolder"];

/** `pulumi config set lix:offline true` and the SDKs of some languages give a boolean as text. */
const jsonIn = (value: unknown, setting: string): unknown =>
  setting === "offline" && (value === "true" || value === "false") ? value === "true" : value;

/** An image goes to the default registry if its program names no destination, or a repository without a host. */
export function withDefaultRegistry(configuration: Configuration, news: PropertyMap): PropertyMap {
  const { defaultRegistry } = configuration;
  if (defaultRegistry === undefined) return news;
  const { repository } = news;
  if (DESTINATIONS.every((name) => (news[name] ?? null) === null))
    return { ...news, registry: defaultRegistry };
  return typeof repository === "string" && repository !== UNKNOWN
    ? { ...news, repository: inDefaultRegistry(configuration, repository) }
    : news;
}

/** A reference or repository as it is, if it names a host. */
export const inDefaultRegistry = ({ defaultRegistry }: Configuration, reference: string): string =>
  defaultRegistry === undefined || Repository.namesHost(reference)
    ? reference
    : `${defaultRegistry.replace(/\/+$/, "")}/${reference}`;

const DESTINATIONS = ["registry", "repository", "archives"];

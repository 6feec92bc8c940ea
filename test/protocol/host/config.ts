/**
 * Stack configuration. The engine keeps it in state as the inputs of the default provider, and gives
 * refresh and destroy the values of the last update (measured on engine 3.259).
 * @module
 */
import type { ResourceState } from "./checkpoint.ts";
import { Urn } from "./urn.ts";
import { mapValues, Properties, secret } from "./wire.ts";

/** Keys with their namespace: `project:key`. */
export interface Config {
  readonly plain?: Readonly<Record<string, string>> | undefined;
  readonly secret?: Readonly<Record<string, string>> | undefined;
}

const TYPE = "pulumi:providers:pulumi-nodejs";

export const Config = {
  properties: (config: Config): Properties => ({
    ...config.plain,
    ...mapValues(config.secret ?? {}, secret),
  }),
  /** What pulumi-language-nodejs puts into the program's environment. */
  environment: (config: Config): Record<string, string> => ({
    PULUMI_CONFIG: JSON.stringify(Properties.plain(Config.properties(config))),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(Object.keys(config.secret ?? {})),
  }),
  state: (stack: string, project: string, properties: Properties): ResourceState => ({
    urn: Urn.of({ stack, project, type: TYPE, name: "default" }),
    type: TYPE,
    custom: true,
    id: "default",
    inputs: properties,
    outputs: properties,
  }),
  isState: (state: ResourceState): boolean => state.type === TYPE,
};

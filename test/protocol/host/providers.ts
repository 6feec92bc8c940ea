/**
 * The providers of one operation. As with the engine, one process serves all resources of a package, is
 * started when the first of them needs it, and the next operation has another.
 * @module
 */
import type { ChildOptions } from "./child-process.ts";
import { echoProvider } from "./echo-provider.ts";
import { ProviderProcess } from "./provider-process.ts";
import type { Provider } from "./provider.ts";
import type { Properties } from "./wire.ts";

export class Providers {
  readonly #commands: Readonly<Record<string, readonly string[]>>;
  readonly #options: ChildOptions;
  readonly #config: Properties;
  readonly #started = new Map<string, Promise<ProviderProcess>>();

  /** @param commands by package, what is started for it. @param options their last arguments. */
  constructor(
    commands: Readonly<Record<string, readonly string[]>>,
    options: ChildOptions,
    config: Properties,
  ) {
    this.#commands = commands;
    this.#options = options;
    this.#config = config;
  }

  async of(type: string): Promise<Provider> {
    if (type.startsWith("test:")) return echoProvider;
    const [name = ""] = type.split(":");
    const command = this.#commands[name];
    if (command === undefined)
      throw new Error(
        `no resource plugin for ${type}: this host has ${Object.keys(this.#commands).join(", ")} and "test" only`,
      );
    const started =
      this.#started.get(name) ??
      ProviderProcess.start(
        { ...this.#options, args: [...command, ...this.#options.args] },
        // The settings of one package are none of the other's.
        name === "pulumi-nodejs" ? this.#config : {},
      );
    this.#started.set(name, started);
    return started;
  }

  async end(): Promise<void> {
    for (const starting of this.#started.values())
      await (await starting.catch(() => undefined))?.end();
  }
}

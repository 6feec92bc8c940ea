/**
 * The providers of one operation. As with the engine, one process serves all dynamic resources, is
 * started when the first of them needs it, and the next operation has another.
 * @module
 */
import type { ChildOptions } from "./child-process.ts";
import { echoProvider } from "./echo-provider.ts";
import { ProviderProcess } from "./provider-process.ts";
import type { Provider } from "./provider.ts";
import type { Properties } from "./wire.ts";

export class Providers {
  readonly #options: ChildOptions;
  readonly #config: Properties;
  #dynamic: Promise<ProviderProcess> | undefined;

  constructor(options: ChildOptions, config: Properties) {
    this.#options = options;
    this.#config = config;
  }

  async of(type: string): Promise<Provider> {
    if (type.startsWith("test:")) return echoProvider;
    if (type.startsWith("pulumi-nodejs:")) {
      return (this.#dynamic ??= ProviderProcess.start(this.#options, this.#config));
    }
    throw new Error(
      `no resource plugin for ${type}: this host has dynamic providers and package "test" only`,
    );
  }

  async end(): Promise<void> {
    const started = await this.#dynamic?.catch(() => undefined);
    await started?.end();
  }
}

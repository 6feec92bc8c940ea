/**
 * A real provider process: that of dynamic resources, `@pulumi/pulumi/cmd/dynamic-provider`, or the plugin's. It
 * prints its port and is configured once.
 * @module
 */
import { startNode } from "./child-process.ts";
import type { Child, ChildOptions } from "./child-process.ts";
import { ProviderClient } from "./provider-client.ts";
import type { Properties } from "./wire.ts";

export class ProviderProcess extends ProviderClient {
  readonly #child: Child;

  private constructor(child: Child, address: string) {
    super(address);
    this.#child = child;
  }

  /** The last argument is the engine's address. */
  static async start(options: ChildOptions, config: Properties): Promise<ProviderProcess> {
    const { promise: port, resolve } = Promise.withResolvers<string>();
    let first = true;
    const complaints: string[] = [];
    const onLine: ChildOptions["onLine"] = (line, stream) => {
      if (stream === "stderr") complaints.push(line);
      if (!first || stream === "stderr") return options.onLine(line, stream);
      first = false;
      resolve(line);
    };
    const child = startNode({ ...options, onLine });
    const died = child.ended.then((code) => {
      const said = complaints.join("\n");
      throw new Error(`the provider process ended with ${code} before it was ready\n${said}`);
    });
    const provider = new ProviderProcess(child, `127.0.0.1:${await Promise.race([port, died])}`);
    died.catch(() => {}); // From here on its calls tell.
    await provider.handshake(options.args.at(-1) ?? "");
    await provider.configure(config);
    return provider;
  }

  async end(): Promise<void> {
    this.close();
    await this.#child.end();
  }

  /** Closes stdin, as happens when the engine has ended. */
  closeStdin(): void {
    this.#child.closeStdin();
  }

  /** The exit code, or the name of the signal that ended it. */
  get ended(): Promise<number | string> {
    return this.#child.ended;
  }

  /** Calls under way fail. */
  async kill(): Promise<void> {
    await this.#child.kill();
    this.close();
  }
}

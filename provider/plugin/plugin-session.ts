/** What the calls of one engine share: its log, the provider's configuration, what was learned, and the cancel. @module */
import { asFailure } from "../base/failure.ts";
import { withLog } from "../base/log.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Call } from "../pulumi/methods.ts";
import { engineSink, type EngineSink } from "../pulumi/engine-log.ts";
import { Claims } from "../resource/claims.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import type { ResourceSession } from "../resource/resource-session.ts";
import type { Configuration } from "./configuration.ts";
import { engineModules } from "./engine-modules.ts";

/** What requests about a resource have in common. */
export interface ResourceRequest {
  /** The resource's row in the engine's display. */
  getUrn(): string;
  /** `customTimeouts`, in seconds; 0 for none. */
  getTimeout?(): number;
}

// setTimeout takes no more.
const LONGEST_MS = 2 ** 31 - 1;

export class PluginSession {
  configuration: Configuration = {};
  /** By URN, what check has answered last. */
  readonly answers = new Map<string, PropertyMap>();
  readonly #claims = Claims.none();
  readonly #cancel = new AbortController();
  #made: Promise<ResourceSession> | undefined;
  #sink: EngineSink | undefined;

  /** @param engine its address, if it is known yet. */
  constructor(engine: string | undefined) {
    this.attach(engine);
  }

  /** @param engine its address. */
  attach(engine: string | undefined): void {
    if (engine !== undefined && engine !== "") this.#sink = engineSink(engine, engineModules);
  }

  /** All calls end, and further ones fail. */
  cancel(): void {
    this.#cancel.abort(lixError("CANCELLED", {}));
  }

  /** Runs one call: with the log on its resource's row, until it is done, cancelled or out of time. */
  async run<T>(
    method: string,
    request: ResourceRequest | undefined,
    work: (call: Call) => Promise<T>,
  ): Promise<T> {
    const { signal, end } = this.#limit(method, request?.getTimeout?.() ?? 0);
    const sink = this.#sink?.ofResource(request?.getUrn() ?? "");
    const call: Call = {
      claims: this.#claims,
      session: () => this.#session(),
      cacheFolder: this.configuration.cacheFolder,
      directory: process.cwd(),
      signal,
    };
    try {
      // Whatever is called after a cancel.
      signal.throwIfAborted();
      return await (sink === undefined ? work(call) : withLog(sink, () => work(call)));
    } catch (error) {
      // Whatever it broke, an abort is why it ended.
      throw asFailure(signal.aborted ? signal.reason : error);
    } finally {
      end();
      await sink?.settled();
    }
  }

  #session(): Promise<ResourceSession> {
    return (this.#made ??= import("../resource/resource-session.ts").then(
      ({ ResourceSession }) =>
        new ResourceSession(this.configuration.cacheFolder, this.#claims, this.configuration),
    ));
  }

  #limit(method: string, seconds: number): { signal: AbortSignal; end: () => void } {
    if (seconds === 0) return { signal: this.#cancel.signal, end: () => {} };
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(lixError("CUSTOM_TIMEOUT", { method, seconds })),
      Math.min(seconds * 1000, LONGEST_MS),
    );
    const signal = AbortSignal.any([this.#cancel.signal, late.signal]);
    return { signal, end: () => clearTimeout(timer) };
  }
}

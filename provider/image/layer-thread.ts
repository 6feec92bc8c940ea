/** A thread that packs layers, as the main thread talks to it while it has one order. @module */
import type { Worker } from "node:worker_threads";
import { receiveError } from "../base/sent-error.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { ReaderFailed, type ReadNar } from "../substituter/chain.ts";
import type { StoredNar } from "../substituter/substituter.ts";
import {
  CHUNKS_AHEAD,
  type FromLayerThread,
  type LayerOrder,
  type ToLayerThread,
} from "./layer-messages.ts";

type Kind = FromLayerThread["kind"];
type Answer<K extends Kind> = Extract<FromLayerThread, { readonly kind: K }>;

export class LayerThread {
  readonly #worker: Worker;
  readonly #signal: AbortSignal | undefined;
  readonly #inbox: FromLayerThread[] = [];
  /** The thread has ended. */
  #broken: { readonly error: unknown } | undefined;
  #wake = (): void => {};

  constructor(worker: Worker, signal: AbortSignal | undefined) {
    this.#worker = worker;
    this.#signal = signal;
    worker.on("message", this.#onMessage).on("error", this.#onError).on("exit", this.#onExit);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** After the last use. */
  leave(): void {
    this.#worker
      .off("message", this.#onMessage)
      .off("error", this.#onError)
      .off("exit", this.#onExit);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  /** What follows are the NARs of its store paths, in the tar's order. */
  begin(order: LayerOrder): void {
    this.#send(order);
  }

  /** After the last NAR. */
  async finish(): Promise<LayerIdentity> {
    const answer = await this.#next();
    if (answer.kind === "failed") throw receiveError(answer.error);
    return expected(answer, "layer packed").identity;
  }

  /** Has a NAR read, and yields how many of its bytes have been used. `onListing` gets its listing. */
  reading(onListing: (listing: Listing) => Promise<void>): ReadNar<number> {
    const readAll = this.#readAll.bind(this);
    return async function* (nar, info, from) {
      await onListing(yield* readAll(nar, info, from));
    };
  }

  async *#readAll(
    { bytes, compression }: StoredNar,
    info: PathInfo,
    from: string,
  ): AsyncGenerator<number, Listing> {
    const chunks = bytes[Symbol.asyncIterator]();
    let ahead = 0;
    try {
      // A cache that fails before it sends anything leaves the layer as it was.
      let chunk = await chunks.next();
      yield 0;
      this.#send({ kind: "nar", info, from, compression });
      for (; chunk.done !== true; chunk = await chunks.next()) {
        this.#send({ kind: "bytes", bytes: chunk.value });
        ahead += 1;
        for (; ahead === CHUNKS_AHEAD || this.#inbox.length > 0; ahead -= 1)
          yield (await this.#answer("taken")).read;
      }
      this.#send({ kind: "nar ends" });
      for (; ahead > 0; ahead -= 1) yield (await this.#answer("taken")).read;
      return (await this.#answer("nar read")).listing;
    } finally {
      await chunks.return?.();
    }
  }

  /** Throws ReaderFailed unless the cache is to blame. */
  async #answer<K extends Kind>(kind: K): Promise<Answer<K>> {
    const answer = await this.#next().catch((cause: unknown) => {
      throw new ReaderFailed(cause);
    });
    if (answer.kind !== "failed") return expected(answer, kind);
    const error = receiveError(answer.error);
    throw answer.blame === "nar" ? error : new ReaderFailed(error);
  }

  async #next(): Promise<FromLayerThread> {
    for (;;) {
      this.#signal?.throwIfAborted();
      if (this.#broken !== undefined) throw this.#broken.error;
      const message = this.#inbox.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #send(message: ToLayerThread): void {
    this.#worker.postMessage(message);
  }

  readonly #onMessage = (message: FromLayerThread): void => {
    this.#inbox.push(message);
    this.#wake();
  };

  readonly #onError = (error: unknown): void => {
    this.#broken ??= { error };
    this.#wake();
  };

  readonly #onExit = (): void => this.#onError(new Error("a layer's thread ended unexpectedly"));
  readonly #onAbort = (): void => this.#wake();
}

function expected<K extends Kind>(message: FromLayerThread, kind: K): Answer<K> {
  if (!isOf(message, kind)) throw new TypeError(`expected ${kind}; got ${message.kind}`);
  return message;
}

const isOf = <K extends Kind>(message: FromLayerThread, kind: K): message is Answer<K> =>
  message.kind === kind;

/** The main thread's side of a thread that packs layers, for the length of one order. @module */
import type { Worker } from "node:worker_threads";
import { Bytes } from "../base/bytes.ts";
import { receiveError } from "../base/sent-error.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { ReaderFailed, type NarSource, type ReadNar } from "../substituter/chain.ts";
import type { StoredNar } from "../substituter/substituter.ts";
import {
  PART_SIZE,
  PARTS_AHEAD,
  type FromLayerThread,
  type LayerOrder,
  type NarPart,
  type ToLayerThread,
} from "./layer-messages.ts";

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
    if (answer.kind !== "layer packed") throw unexpected(answer);
    return answer.identity;
  }

  /** Has the path's NAR read, from the first cache that can supply it. Returns its listing. */
  async read(
    source: NarSource,
    info: PathInfo,
    onBytes: (bytes: number) => void,
  ): Promise<Listing> {
    const readAll = this.#readAll.bind(this);
    let listing: Listing | undefined;
    const reading: ReadNar<number> = async function* (nar, _, from) {
      listing = yield* readAll(nar, info, from);
      yield info.narSize;
    };
    for await (const bytes of source.read(info, reading, this.#signal)) onBytes(bytes);
    if (listing === undefined) throw new TypeError("a NAR without a listing");
    return listing;
  }

  /** Yields how many of the NAR's bytes have been used. */
  async *#readAll(
    { bytes, compression }: StoredNar,
    info: PathInfo,
    from: string,
  ): AsyncGenerator<number, Listing> {
    let hasBegun = false;
    let ahead = 0;
    for await (const part of inParts(bytes)) {
      // A cache that fails earlier leaves the layer as it was.
      if (!hasBegun) {
        yield 0;
        this.#send({ kind: "nar", info, from, compression });
        hasBegun = true;
      }
      this.#send(part);
      ahead += 1;
      while (!part.isLast && (ahead === PARTS_AHEAD || this.#inbox.length > 0)) {
        const answer = await this.#answer();
        if (answer.kind !== "taken") throw unexpected(answer);
        ahead -= answer.parts;
        yield answer.read;
      }
    }
    for (;;) {
      const answer = await this.#answer();
      if (answer.kind === "nar read") return answer.listing;
      if (answer.kind !== "taken") throw unexpected(answer);
      yield answer.read;
    }
  }

  /** Throws ReaderFailed unless the cache is to blame. */
  async #answer(): Promise<Exclude<FromLayerThread, { readonly kind: "failed" }>> {
    const answer = await this.#next().catch((cause: unknown) => {
      throw new ReaderFailed(cause);
    });
    if (answer.kind !== "failed") return answer;
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
    // Nothing else uses a part, so it is handed over and not copied.
    this.#worker.postMessage(message, message.kind === "part" ? [message.bytes.buffer] : []);
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

const unexpected = ({ kind }: FromLayerThread): Error =>
  new ReaderFailed(new TypeError(`a layer's thread says "${kind}" out of turn`));

/** At least one, and the last one marked. */
async function* inParts(source: Bytes): AsyncGenerator<NarPart> {
  let bytes = new Uint8Array(PART_SIZE);
  let used = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      if (used === PART_SIZE) {
        yield { kind: "part", bytes, isLast: false };
        bytes = new Uint8Array(PART_SIZE);
        used = 0;
      }
      const piece = chunk.subarray(at, at + PART_SIZE - used);
      bytes.set(piece, used);
      used += piece.length;
      at += piece.length;
    }
    Bytes.free(chunk);
  }
  yield { kind: "part", bytes: bytes.subarray(0, used), isLast: true };
}

/** Decodes .xz in a thread of the pool, with backpressure both ways. @module */
import type { Worker } from "node:worker_threads";
import type { Bytes } from "../base/bytes.ts";
import { DamagedCompression, UnsupportedCompression } from "./decompress-errors.ts";
import { xzPool } from "./xz-pool.ts";
import { CHUNKS_AHEAD, type FromWorker, type ToWorker } from "./xz-protocol.ts";

export async function* unxz(source: Bytes): AsyncGenerator<Uint8Array> {
  const worker = await xzPool.take();
  const talk = converse(worker);
  const feeding = feed(source, talk);
  let ended = false;
  try {
    while (!ended) {
      const message = await talk.heard();
      if (message.kind === "output") {
        yield message.bytes;
        talk.say({ kind: "output taken" });
      } else if (message.kind === "damaged") throw new DamagedCompression("xz", message.problem);
      else if (message.kind === "unsupported")
        throw new UnsupportedCompression(message.what, message.hint);
      else ended = true;
    }
  } finally {
    talk.stop();
    if (ended) xzPool.give(worker);
    else await xzPool.end(worker);
    await feeding;
  }
}

/** Never rejects: a failing source ends the talk, whose listener then hears the failure. */
async function feed(source: Bytes, talk: Talk): Promise<void> {
  try {
    for await (const bytes of source) {
      if (!(await talk.mayInput())) return;
      // Copied, not transferred: a chunk may be part of a buffer that others read.
      talk.say({ kind: "input", bytes });
    }
    talk.say({ kind: "input ends" });
  } catch (error) {
    talk.fail(error);
  }
}

interface Talk {
  say(message: ToWorker): void;
  /** The next output, or how the stream ended; rejects with the error of `fail`. */
  heard(): Promise<Exclude<FromWorker, { kind: "input taken" }>>;
  /** Resolves when another input chunk may be said; false when the talk is over. */
  mayInput(): Promise<boolean>;
  fail(error: unknown): void;
  stop(): void;
}

function converse(worker: Worker): Talk {
  const outputs: Exclude<FromWorker, { kind: "input taken" }>[] = [];
  let inputs = CHUNKS_AHEAD;
  let broken: { readonly error: unknown } | undefined;
  let over = false;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const due = waiting;
    waiting = [];
    for (const resume of due) resume();
  };
  const woken = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const onMessage = (message: FromWorker): void => {
    if (message.kind === "input taken") inputs += 1;
    else outputs.push(message);
    wake();
  };
  const fail = (error: unknown): void => {
    broken ??= { error };
    wake();
  };
  const onExit = (): void => fail(new Error("the xz thread ended unexpectedly"));
  worker.on("message", onMessage).on("error", fail).on("exit", onExit);
  return {
    say: (message) => {
      if (!over) worker.postMessage(message);
    },
    fail,
    async heard() {
      while (outputs.length === 0 && broken === undefined) await woken();
      if (broken !== undefined) throw broken.error;
      const next = outputs.shift();
      if (next === undefined) throw new Error("unreachable: woken without output");
      return next;
    },
    async mayInput() {
      while (inputs === 0 && !over && broken === undefined) await woken();
      inputs -= 1;
      return !over && broken === undefined;
    },
    stop() {
      over = true;
      worker.off("message", onMessage).off("error", fail).off("exit", onExit);
      wake();
    },
  };
}

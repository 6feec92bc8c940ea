/**
 * The threads that decode xz: made when needed, kept for a moment, never in the way of the
 * process's end.
 * @module
 */
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

// xz is the slowest stage by far (90 MB/s a core), so every core may do it. A thread costs about
// 10 MB and the dictionary of its stream, so no more than four.
export const XZ_THREADS = Math.min(Math.max(availableParallelism(), 2), 4);
const IDLE_MS = 2_000;

const alive = new Set<Worker>();
const idle = new Map<Worker, NodeJS.Timeout>();
const waiting: ((worker: Worker) => void)[] = [];

export const xzPool = {
  /** A thread for one stream, to be given back or ended. */
  async take(): Promise<Worker> {
    for (const [worker, timer] of idle) {
      clearTimeout(timer);
      idle.delete(worker);
      worker.ref();
      return worker;
    }
    if (alive.size < XZ_THREADS) return start();
    return new Promise<Worker>((resolve) => waiting.push(resolve));
  },

  /** After a stream that ended well. */
  give(worker: Worker): void {
    const next = waiting.shift();
    if (next !== undefined) return next(worker);
    worker.unref();
    const dismiss = (): void => {
      idle.delete(worker); // Now: until it has exited, somebody might still take it.
      void worker.terminate();
    };
    idle.set(worker, setTimeout(dismiss, IDLE_MS).unref());
  },

  /** After any other: whatever state it is in goes with it. */
  async end(worker: Worker): Promise<void> {
    await worker.terminate();
  },
};

function start(): Worker {
  // ".ts" when run from source, ".js" from dist.
  const file = new URL(`./xz-worker${extname(import.meta.url)}`, import.meta.url);
  // A small nursery collects spent chunks early: 20 MB less a thread, measured.
  const worker = new Worker(file, {
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
    // What the host preloads with -r or --import (ts-node, tracers) is of no use there.
    execArgv: [],
  });
  alive.add(worker);
  // A thread that fails exits as well; its user has its own listeners for that.
  worker.on("error", () => {});
  worker.once("exit", () => {
    alive.delete(worker);
    clearTimeout(idle.get(worker));
    idle.delete(worker);
    waiting.shift()?.(start());
  });
  return worker;
}

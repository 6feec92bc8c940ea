/**
 * The threads that pack layers: made when needed, kept for a moment, never in the way of the process's end.
 * They hold nothing between two orders, so all sessions of the process share them.
 * @module
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { HEAVY_TASKS, Limiter } from "../base/concurrency.ts";
import { LayerThread } from "./layer-thread.ts";

const IDLE_MS = 2_000;

const limiter = new Limiter(HEAVY_TASKS);
const idle = new Map<Worker, NodeJS.Timeout>();

/**
 * Lends a thread. If `use` fails, the thread ends, because it may be in any state; otherwise it is used again.
 */
export function withLayerThread<T>(
  signal: AbortSignal | undefined,
  use: (thread: LayerThread) => Promise<T>,
): Promise<T> {
  return limiter.run(async () => {
    const worker = take() ?? start();
    const thread = new LayerThread(worker, signal);
    let isIdle = false;
    try {
      const result = await use(thread);
      isIdle = true;
      return result;
    } finally {
      thread.leave();
      if (isIdle) keep(worker);
      // Until it has ended it may write to a file that the caller is about to close.
      else await worker.terminate();
    }
  });
}

function take(): Worker | undefined {
  for (const [worker, timer] of idle) {
    clearTimeout(timer);
    idle.delete(worker);
    worker.ref();
    return worker;
  }
  return undefined;
}

function keep(worker: Worker): void {
  worker.unref();
  const dismiss = (): void => {
    idle.delete(worker); // First, so that nobody takes a thread that is ending.
    void worker.terminate();
  };
  idle.set(worker, setTimeout(dismiss, IDLE_MS).unref());
}

function start(): Worker {
  // ".ts" when run from source, ".js" from dist.
  const file = new URL(`./layer-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, {
    // A small nursery collects spent chunks early.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
    // What the host preloads with -r or --import (ts-node, tracers) is of no use there.
    execArgv: [],
  });
  // A thread that fails exits as well; its user has listeners of its own.
  worker.on("error", () => {});
  worker.once("exit", () => {
    clearTimeout(idle.get(worker));
    idle.delete(worker);
  });
  return worker;
}

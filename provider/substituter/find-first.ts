/**
 * The first of several suppliers that has a path. They are asked in their order; one that keeps silent is
 * overtaken, that is, the next one is asked as well, and the first to have the path supplies it.
 * @module
 */
import type { LateCaches } from "./late-caches.ts";
import type { FoundNar, Supplier } from "./supplier.ts";

export interface Finding {
  readonly supplier: Supplier;
  readonly open: FoundNar;
}

export interface FindOptions {
  readonly find: (supplier: Supplier, signal: AbortSignal) => Promise<FoundNar>;
  readonly overtakeMs: number;
  /** Gets those that were overtaken. */
  readonly lateCaches: LateCaches;
  readonly signal: AbortSignal | undefined;
}

interface Found {
  /** Undefined when all have failed. */
  readonly found: Finding | undefined;
  /** Those that do not have it, each with its answer. */
  readonly failed: ReadonlyMap<Supplier, unknown>;
}

interface Asked {
  readonly scope: AbortController;
  readonly answer: Promise<Answer>;
}

type Answer =
  | { readonly supplier: Supplier; readonly open: FoundNar }
  | { readonly supplier: Supplier; readonly error: unknown };

export async function findFirst(
  suppliers: readonly Supplier[],
  { find, overtakeMs, lateCaches, signal }: FindOptions,
): Promise<Found> {
  const failed = new Map<Supplier, unknown>();
  const asked = new Map<Supplier, Asked>();
  const silent = new Set<Supplier>();
  const waiting = suppliers.values();
  const ask = (): boolean => {
    const { value: supplier, done } = waiting.next();
    if (done === true) return false;
    const scope = new AbortController();
    const each = signal === undefined ? scope.signal : AbortSignal.any([signal, scope.signal]);
    const answer = find(supplier, each).then(
      (open): Answer => ({ supplier, open }),
      (error: unknown): Answer => ({ supplier, error }),
    );
    asked.set(supplier, { scope, answer });
    return true;
  };
  try {
    for (let more = ask(); asked.size > 0;) {
      const answer = await firstAnswer(asked, more ? overtakeMs : undefined);
      signal?.throwIfAborted();
      if (answer === undefined) {
        // None of them has answered since the last one was asked.
        for (const supplier of asked.keys()) silent.add(supplier);
        more = ask();
      } else if ("open" in answer) {
        asked.delete(answer.supplier);
        for (const supplier of asked.keys())
          if (silent.has(supplier)) lateCaches.note(supplier.url);
        return { found: answer, failed };
      } else {
        asked.delete(answer.supplier);
        failed.set(answer.supplier, answer.error);
        more = ask();
      }
    }
    return { found: undefined, failed };
  } finally {
    // These were overtaken; the one that supplies the path is not among them.
    for (const { scope } of asked.values()) scope.abort(new Error("overtaken"));
  }
}

/** Undefined when none comes in time. */
async function firstAnswer(
  asked: ReadonlyMap<Supplier, Asked>,
  withinMs: number | undefined,
): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const answers = [...asked.values()].map(({ answer }): Promise<Answer | undefined> => answer);
  if (withinMs !== undefined)
    answers.push(
      new Promise((resolve) => (timer = setTimeout(() => resolve(undefined), withinMs))),
    );
  try {
    return await Promise.race(answers);
  } finally {
    clearTimeout(timer);
  }
}

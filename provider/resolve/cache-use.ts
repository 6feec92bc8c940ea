/** Which caches contributed to a lock, for warnings about those that did not. @module */
import type { StorePath } from "../formats/nix/store-path.ts";

/** One cache, over all systems of the lock. */
interface Use {
  asked: number;
  /** Paths that the lock takes from it. */
  served: number;
  /** Paths that it has but that are not taken from it, and why. */
  readonly doubts: Map<StorePath, string>;
  /** Requests that it did not answer. */
  failed: number;
  /** Why the first request failed or was refused. */
  reason: string | undefined;
}

export class CacheUse {
  readonly #uses = new Map<string, Use>();

  /** @param urls the caches to report on, as messages show them. */
  constructor(urls: Iterable<string>) {
    for (const url of urls)
      this.#uses.set(url, { asked: 0, served: 0, doubts: new Map(), failed: 0, reason: undefined });
  }

  asked(url: string): void {
    this.#change(url, (use) => (use.asked += 1));
  }

  served(url: string): void {
    this.#change(url, (use) => (use.served += 1));
  }

  doubted(url: string, path: StorePath, doubt: string): void {
    this.#change(url, (use) => use.doubts.set(path, doubt));
  }

  failed(url: string, error: unknown): void {
    this.#change(url, (use) => {
      use.failed += 1;
      use.reason ??= error instanceof Error ? error.message : String(error);
    });
  }

  /** It answered 401 or 403: it does not have the path, or does not give it to us. */
  refused(url: string, reason: string): void {
    this.#change(url, (use) => (use.reason ??= reason));
  }

  /** One line for each cache that contributed nothing, or did not always answer. */
  warnings(): string[] {
    return [...this.#uses].flatMap(([url, use]) => warningOf(url, use) ?? []);
  }

  #change(url: string, change: (use: Use) => void): void {
    const use = this.#uses.get(url);
    if (use !== undefined) change(use);
  }
}

function warningOf(url: string, use: Use): string | undefined {
  const { asked, served, doubts, failed, reason } = use;
  if (failed > 0)
    return (
      `${url}: ${served === 0 ? "of no use for this lock: " : ""}it did not answer ${failed} of ${asked} requests, ` +
      `and other caches were asked instead: ${reason}`
    );
  if (served > 0) return undefined;
  const [doubt] = doubts.values();
  if (doubt !== undefined)
    return (
      `${url}: of no use for this lock: it has ${doubts.size} of ${paths(asked)}, and none can be trusted: ` +
      `${doubt}; is its --trusted-public-key missing?`
    );
  if (reason !== undefined) return `${url}: of no use for this lock: ${reason}`;
  return asked === 0
    ? `${url}: not needed for this lock: the caches before it have every path`
    : `${url}: of no use for this lock: it has none of ${paths(asked)}; is this the URL of a binary cache?`;
}

const paths = (count: number): string => `${count} store ${count === 1 ? "path" : "paths"}`;

/**
 * How far a piece of work has come. Bytes are only counted as they pass by; lines are said by the clock,
 * one a second over all work of the process: numbers first, because a display may cut the end.
 * @module
 */
import { log } from "./log.ts";

export interface Advance {
  /** `34.1 of 206.4 MB of packages, 12 of 51 layers` */
  readonly done: string;
  /** From 0 to 1, where the whole is known. */
  readonly share?: number | undefined;
  /** What moves it on: `cache.nixos.org`. Named when nothing moves. */
  readonly waitsFor: string;
  /** Last, and short: `web`. */
  readonly subject: string;
}

export interface Meter {
  /** Something has moved: cheap enough for every chunk. */
  moved(): void;
}

const TICK_MS = 1_000;
// The first line says that nothing moves; then it gets rarer.
const FIRST_STILL_TICKS = 2;

/** Says at once what begins, then how far it is, in the end that it is done. */
export async function measured<T>(
  advance: () => Advance,
  use: (meter: Meter) => Promise<T>,
): Promise<T> {
  const work = new Work(advance);
  work.moved();
  begin(work);
  try {
    const result = await use(work);
    const { done, share, subject } = advance();
    log.progress(`${done}: ${subject}`, share);
    return result;
  } finally {
    end(work);
  }
}

/** Says nothing of work that takes no time, else what it waits for. */
export async function waiting<T>(
  advance: () => Advance,
  use: (meter: Meter) => Promise<T>,
): Promise<T> {
  const work = new Work(advance);
  begin(work);
  try {
    return await use(work);
  } finally {
    end(work);
  }
}

/** One piece of work that is under way. */
class Work implements Meter {
  readonly #advance: () => Advance;
  #hasMoved = false;
  #stillTicks = 0;
  #nextStill = FIRST_STILL_TICKS;
  #line: readonly [text: string, share: number | undefined] | undefined;

  constructor(advance: () => Advance) {
    this.#advance = advance;
  }

  moved(): void {
    this.#hasMoved = true;
  }

  /** What has moved since it was looked at can be said. */
  look(): void {
    if (!this.#hasMoved) return;
    this.#hasMoved = false;
    this.#stillTicks = 0;
    this.#nextStill = FIRST_STILL_TICKS;
    const { done, share, subject } = this.#advance();
    this.#line = [`${done}: ${subject}`, share];
  }

  /** A second is over. */
  tick(): void {
    if (this.#hasMoved) return this.look();
    this.#stillTicks += 1;
    if (this.#stillTicks < this.#nextStill) return;
    this.#nextStill *= 2;
    const { done, share, waitsFor, subject } = this.#advance();
    this.#line = [`${done}, waiting for ${waitsFor} (${this.#stillTicks} s): ${subject}`, share];
  }

  /** What it has to say and has not said yet; false when that is nothing. */
  say(): boolean {
    if (this.#line === undefined) return false;
    log.progress(...this.#line);
    this.#line = undefined;
    return true;
  }
}

// Who spoke last is last.
const underWay: Work[] = [];
let clock: NodeJS.Timeout | undefined;
let hasSpoken = false;

function begin(work: Work): void {
  underWay.push(work);
  // Progress keeps no process alive.
  clock ??= setInterval(tick, TICK_MS).unref();
  if (hasSpoken) return;
  // Work that only waits has nothing to say yet.
  work.look();
  hasSpoken = work.say();
}

function end(work: Work): void {
  underWay.splice(underWay.indexOf(work), 1);
  if (underWay.length > 0) return;
  clearInterval(clock);
  clock = undefined;
  hasSpoken = false;
}

function tick(): void {
  for (const work of underWay) work.tick();
  const at = underWay.findIndex((work) => work.say());
  hasSpoken = at !== -1;
  underWay.push(...underWay.splice(at, at === -1 ? 0 : 1));
}

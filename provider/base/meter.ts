/**
 * Shows how far a piece of work has come. Bytes that pass are only counted. A clock prints the lines: one a
 * second for all the work whose lines go to one sink. Numbers come first, because a display may cut the end.
 * @module
 */
import { log, withLog, type LogSink } from "./log.ts";

export interface Advance {
  /** `34.1 of 206.4 MB of packages, 12 of 51 layers` */
  readonly done: string;
  /** From 0 to 1, if the total is known. */
  readonly share?: number | undefined;
  /** What the work depends on: `cache.nixos.org`. It is named when nothing moves. */
  readonly waitsFor: string;
  /** A short name for the end of the line: `web`. */
  readonly subject: string;
}

export interface Meter {
  /** Reports that something has moved. It is cheap enough to call for every chunk. */
  moved(): void;
}

const TICK_MS = 1_000;
// After the first line that says that nothing moves, they get rarer.
const FIRST_STILL_TICKS = 2;

/** Prints at once that the work begins, then how far it is, and at the end that it is done. */
export async function measured<T>(
  advance: () => Advance,
  use: (meter: Meter) => Promise<T>,
): Promise<T> {
  const work = new Work(advance);
  const clock = clockOf(log.sink());
  work.moved();
  clock.begin(work);
  try {
    const result = await use(work);
    const { done, share, subject } = advance();
    log.progress(`${done}: ${subject}`, share);
    return result;
  } finally {
    clock.end(work);
  }
}

/** Prints what the work waits for, unless it is quick. */
export async function waiting<T>(
  advance: () => Advance,
  use: (meter: Meter) => Promise<T>,
): Promise<T> {
  const work = new Work(advance);
  const clock = clockOf(log.sink());
  clock.begin(work);
  try {
    return await use(work);
  } finally {
    clock.end(work);
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

  /** Something has moved since the last line, so there is something to print. */
  look(): void {
    if (!this.#hasMoved) return;
    this.#hasMoved = false;
    this.#stillTicks = 0;
    this.#nextStill = FIRST_STILL_TICKS;
    const { done, share, subject } = this.#advance();
    this.#line = [`${done}: ${subject}`, share];
  }

  /** Called every second. */
  tick(): void {
    if (this.#hasMoved) return this.look();
    this.#stillTicks += 1;
    if (this.#stillTicks < this.#nextStill) return;
    this.#nextStill *= 2;
    const { done, share, waitsFor, subject } = this.#advance();
    this.#line = [`${done}, waiting for ${waitsFor} (${this.#stillTicks} s): ${subject}`, share];
  }

  /** Prints the next line; false if there is nothing new to print. */
  say(): boolean {
    if (this.#line === undefined) return false;
    log.progress(...this.#line);
    this.#line = undefined;
    return true;
  }
}

/** Prints a line a second for all work whose lines go to one sink. */
class Clock {
  readonly #sink: LogSink;
  /** Takes turns: the work that printed the last line is at the end. */
  readonly #underWay: Work[] = [];
  #timer: NodeJS.Timeout | undefined;
  #hasSpoken = false;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  begin(work: Work): void {
    this.#underWay.push(work);
    // Progress keeps no process alive.
    this.#timer ??= setInterval(() => withLog(this.#sink, () => this.#tick()), TICK_MS).unref();
    if (this.#hasSpoken) return;
    // Work that only waits has nothing to print yet.
    work.look();
    this.#hasSpoken = work.say();
  }

  end(work: Work): void {
    this.#underWay.splice(this.#underWay.indexOf(work), 1);
    if (this.#underWay.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#hasSpoken = false;
  }

  #tick(): void {
    const works = this.#underWay;
    for (const work of works) work.tick();
    const at = works.findIndex((work) => work.say());
    this.#hasSpoken = at !== -1;
    works.push(...works.splice(at, at === -1 ? 0 : 1));
  }
}

/** A clock lives as long as its sink. */
const clocks = new WeakMap<LogSink, Clock>();

function clockOf(sink: LogSink): Clock {
  const clock = clocks.get(sink) ?? new Clock(sink);
  clocks.set(sink, clock);
  return clock;
}

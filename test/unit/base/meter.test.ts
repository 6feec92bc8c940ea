import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { withLog, type LogSink } from "../../../provider/base/log.ts";
import { measured, waiting, type Advance, type Meter } from "../../../provider/base/meter.ts";

/** In place of a terminal. */
interface Display {
  readonly sink: LogSink;
  /** What was said since it was last asked. */
  said(): string[];
}

interface Clock extends Display {
  seconds(count: number): void;
}

function display(): Display {
  let lines: string[] = [];
  const progress = (line: string, share?: number): void =>
    void lines.push(share === undefined ? line : `${line} [${share}]`);
  return {
    sink: { progress, warn: () => {}, info: () => {} },
    said() {
      const said = lines;
      lines = [];
      return said;
    },
  };
}

function clockOf(t: TestContext): Clock {
  t.mock.timers.enable({ apis: ["setInterval"] });
  return {
    ...display(),
    seconds: (count) => {
      for (let at = 0; at < count; at += 1) t.mock.timers.tick(1_000);
    },
  };
}

const withClock =
  (use: (clock: Clock) => Promise<void>) =>
  (t: TestContext): Promise<void> => {
    const clock = clockOf(t);
    return withLog(clock.sink, () => use(clock));
  };

/** Work that the test moves on. */
function work(report: typeof measured, subject = "web") {
  let count = 0;
  let meter: Meter | undefined;
  const advance = (): Advance => ({ done: `${count} of 4`, waitsFor: "ghcr.io", subject });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ended = report(advance, (lent) => {
    meter = lent;
    return promise;
  });
  return {
    move: () => {
      count += 1;
      meter?.moved();
    },
    end: () => (resolve(), ended),
    fail: () => (reject(new Error("no")), ended),
  };
}

test(
  "prints at once what begins, every second how far it is, and that it is done",
  withClock(async (clock) => {
    const { move, end } = work(measured);
    assert.deepEqual(clock.said(), ["0 of 4: web"]);
    move();
    move();
    assert.deepEqual(clock.said(), [], "what passes by says nothing");
    clock.seconds(1);
    assert.deepEqual(clock.said(), ["2 of 4: web"]);
    for (const at of [3, 4]) {
      move();
      clock.seconds(1);
      assert.deepEqual(clock.said(), [`${at} of 4: web`]);
    }
    await end();
    assert.deepEqual(clock.said(), ["4 of 4: web"]);
    clock.seconds(9);
    assert.deepEqual(clock.said(), []);
  }),
);

test(
  "if nothing moves, it prints what it waits for, less and less often",
  withClock(async (clock) => {
    const { move, end } = work(measured);
    clock.said();
    clock.seconds(9);
    assert.deepEqual(
      clock.said(),
      [2, 4, 8].map((seconds) => `0 of 4, waiting for ghcr.io (${seconds} s): web`),
    );
    move();
    clock.seconds(3);
    assert.deepEqual(clock.said(), ["1 of 4: web", "1 of 4, waiting for ghcr.io (2 s): web"]);
    await end();
  }),
);

test(
  "a short wait prints nothing, a long one prints what it waits for",
  withClock(async (clock) => {
    const short = work(waiting);
    clock.seconds(1);
    await short.end();
    const long = work(waiting);
    clock.seconds(2);
    await long.end();
    assert.deepEqual(clock.said(), ["0 of 4, waiting for ghcr.io (2 s): web"]);
  }),
);

test(
  "pieces of work take turns, and print one line a second together",
  withClock(async (clock) => {
    const all = ["a", "b", "c"].map((name) => work(measured, name));
    assert.deepEqual(clock.said(), ["0 of 4: a"], "the others' beginning waits for its turn");
    for (let at = 0; at < 6; at += 1) {
      for (const { move } of all) move();
      clock.seconds(1);
    }
    const said = clock.said();
    assert.equal(said.length, 6);
    for (const name of ["a", "b", "c"])
      assert.equal(said.filter((line) => line.endsWith(`: ${name}`)).length, 2, said.join("\n"));
    for (const { end } of all) await end();
  }),
);

test(
  "work that fails is not reported as done, and leaves no timer behind",
  withClock(async (clock) => {
    const { fail } = work(measured);
    clock.said();
    await assert.rejects(fail(), /^Error: no$/);
    clock.seconds(5);
    assert.deepEqual(clock.said(), []);
  }),
);

test(
  "works for two displays at once are printed each on its own, every second",
  withClock(async (clock) => {
    const other = display();
    const { move, end } = work(measured);
    const theirs = withLog(other.sink, () => work(measured, "lix"));
    assert.deepEqual(clock.said(), ["0 of 4: web"]);
    assert.deepEqual(other.said(), ["0 of 4: lix"]);
    move();
    theirs.move();
    clock.seconds(1);
    assert.deepEqual(clock.said(), ["1 of 4: web"]);
    assert.deepEqual(other.said(), ["1 of 4: lix"]);
    await end();
    clock.seconds(2);
    assert.deepEqual(clock.said(), ["1 of 4: web"]);
    assert.deepEqual(other.said(), ["1 of 4, waiting for ghcr.io (2 s): lix"]);
    await theirs.end();
  }),
);

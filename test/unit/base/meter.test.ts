import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { log } from "../../../provider/base/log.ts";
import { measured, waiting, type Advance, type Meter } from "../../../provider/base/meter.ts";

interface Clock {
  /** What was said since it was last asked. */
  said(): string[];
  seconds(count: number): void;
}

/** In place of the clock and of the display. */
function withClock(t: TestContext): Clock {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let lines: string[] = [];
  const progress = (line: string, share?: number): void =>
    void lines.push(share === undefined ? line : `${line} [${share}]`);
  const before = log.install({ progress, warn: () => {}, info: () => {} });
  t.after(() => log.install(before));
  return {
    said() {
      const said = lines;
      lines = [];
      return said;
    },
    seconds: (count) => {
      for (let at = 0; at < count; at += 1) t.mock.timers.tick(1_000);
    },
  };
}

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

test("prints at once what begins, every second how far it is, and that it is done", async (t) => {
  const clock = withClock(t);
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
});

test("if nothing moves, it prints what it waits for, less and less often", async (t) => {
  const clock = withClock(t);
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
});

test("a short wait prints nothing, a long one prints what it waits for", async (t) => {
  const clock = withClock(t);
  const short = work(waiting);
  clock.seconds(1);
  await short.end();
  const long = work(waiting);
  clock.seconds(2);
  await long.end();
  assert.deepEqual(clock.said(), ["0 of 4, waiting for ghcr.io (2 s): web"]);
});

test("pieces of work take turns, and print one line a second together", async (t) => {
  const clock = withClock(t);
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
});

test("work that fails is not reported as done, and leaves no timer behind", async (t) => {
  const clock = withClock(t);
  const { fail } = work(measured);
  clock.said();
  await assert.rejects(fail(), /^Error: no$/);
  clock.seconds(5);
  assert.deepEqual(clock.said(), []);
});

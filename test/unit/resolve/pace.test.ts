import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../../provider/resolve/pace.ts";

test("starts are an interval apart, also when several wait together", async () => {
  const pace = new Pace(40);
  const begin = performance.now();
  const starts: number[] = [];
  const start = async () => {
    await pace.wait();
    starts.push(performance.now() - begin);
  };
  await Promise.all([start(), start(), start()]);
  // Timers may fire a millisecond early.
  for (const [at, time] of starts.entries()) assert.ok(time >= at * 40 - 2, starts.join(", "));
  await start();
  assert.ok((starts[3] ?? 0) >= 118);
});

test("the first start does not wait", async () => {
  const pace = new Pace(2 ** 31 - 1);
  await pace.wait();
});

test("a wait ends with its signal", async () => {
  const pace = new Pace(60_000);
  await pace.wait();
  const scope = new AbortController();
  const waiting = pace.wait(scope.signal);
  scope.abort(new Error("enough"));
  await assert.rejects(waiting);
});

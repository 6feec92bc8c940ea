import assert from "node:assert/strict";
import { test } from "node:test";
import { SingleFlight } from "../../../provider/base/concurrency.ts";

/** Work that succeeds or fails when the test says so. */
function flightOf(): {
  readonly join: (signal?: AbortSignal) => Promise<string>;
  readonly done: (result: string) => void;
  readonly fail: (error: Error) => void;
  readonly scopes: readonly AbortSignal[];
} {
  const flights = new SingleFlight<string>();
  const scopes: AbortSignal[] = [];
  let { promise, resolve, reject } = Promise.withResolvers<string>();
  const work = (scope: AbortSignal): Promise<string> => {
    scopes.push(scope);
    ({ promise, resolve, reject } = Promise.withResolvers<string>());
    return promise;
  };
  return {
    join: (signal) => flights.run("key", work, signal),
    done: (result) => resolve(result),
    fail: (error) => reject(error),
    scopes,
  };
}

test("several callers share one piece of work, and the next caller starts another", async () => {
  const { join, done, scopes } = flightOf();
  const all = [join(), join(), join()];
  done("one");
  assert.deepEqual(await Promise.all(all), ["one", "one", "one"]);
  const next = join();
  done("two");
  assert.equal(await next, "two");
  assert.equal(scopes.length, 2);
});

test("a failure reaches all who wait, and no later caller", async () => {
  const { join, done, fail } = flightOf();
  const all = [join(), join()];
  fail(new Error("no"));
  for (const each of all) await assert.rejects(each, /^Error: no$/);
  const next = join();
  done("yes");
  assert.equal(await next, "yes");
});

test("if one caller leaves, the work goes on for the others", async () => {
  const { join, done, scopes } = flightOf();
  const leaving = new AbortController();
  const [left, stayed] = [join(leaving.signal), join(new AbortController().signal)];
  leaving.abort(new Error("gone"));
  await assert.rejects(left, /^Error: gone$/);
  assert.equal(scopes[0]?.aborted, false);
  done("well");
  assert.equal(await stayed, "well");
});

test("the work stops when the last caller leaves, and the next caller starts it again", async () => {
  const { join, done, scopes } = flightOf();
  const leaving = new AbortController();
  const left = [join(leaving.signal), join(leaving.signal)];
  leaving.abort(new Error("gone"));
  for (const each of left) await assert.rejects(each, /^Error: gone$/);
  assert.equal(scopes[0]?.aborted, true);
  const next = join();
  done("anew");
  assert.equal(await next, "anew");
});

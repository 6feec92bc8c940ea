import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { test, type TestContext } from "node:test";
import { http } from "../../../provider/http/request.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { HttpUnreachable } from "../../../provider/http/unreachable.ts";

const LIMIT = { limitMs: 300, retryDelayMs: 1, label: "registry.example/lix: reading" };

async function listen(t: TestContext, listener: RequestListener): Promise<string> {
  const { url, close } = await listenOnLoopback(createServer(listener));
  t.after(close);
  return url;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const isTimeout = (error: unknown): boolean =>
  error instanceof HttpUnreachable &&
  error.message === "registry.example/lix: reading: no answer within 0.3 s" &&
  error.hint?.includes("did not answer in time") === true;

test("a server that takes a request and never answers is waited for no longer than the limit", async (t) => {
  let asked = 0;
  const url = await listen(t, () => (asked += 1));
  const took = await timed(() =>
    assert.rejects(http(url, { ...LIMIT, method: "HEAD" }), isTimeout),
  );
  assert.ok(took >= 290 && took < 5_000, `${took} ms`);
  assert.equal(asked, 1);
});

test("the limit is that of all tries together", async (t) => {
  let asked = 0;
  const url = await listen(t, (request, response) => {
    asked += 1;
    if (asked < 3) response.writeHead(503).end();
    else request.resume();
  });
  await assert.rejects(http(url, LIMIT), isTimeout);
  assert.equal(asked, 3);
});

test("an answer that asks for more patience than there is counts at once", async (t) => {
  const url = await listen(t, (_, response) => {
    response.writeHead(429, { "retry-after": "30" }).end("slow down");
  });
  const took = await timed(async () => {
    const response = await http(url, LIMIT);
    assert.deepEqual([response.status, await response.text()], [429, "slow down"]);
  });
  assert.ok(took < 5_000, `${took} ms`);
});

test("an answer that stops half-way is given up as well", async (t) => {
  const url = await listen(t, (_, response) => {
    response.writeHead(200, { "content-length": "10" }).write("half");
  });
  const response = await http(url, LIMIT);
  await assert.rejects(response.text(), /no more of the answer within 0\.3 s/);
});

test("an answer in time is not cut off by the limit, however long it is read", async (t) => {
  const url = await listen(t, (_, response) => {
    let left = 6;
    const timer = setInterval(() => {
      response.write("piece ".repeat(3000));
      if ((left -= 1) > 0) return;
      clearInterval(timer);
      response.end();
    }, 100);
  });
  const response = await http(url, { ...LIMIT, stallLimitMs: 10_000 });
  assert.equal(await response.text(), "piece ".repeat(6 * 3000));
});

test("an answer that trickles is given up, although there is always some more of it", async (t) => {
  const url = await listen(t, (_, response) => {
    const timer = setInterval(() => response.write("."), 20);
    response.once("close", () => clearInterval(timer));
  });
  const response = await http(url, { ...LIMIT, limitMs: undefined, stallLimitMs: 200 });
  await assert.rejects(response.text(), /only \d+ bytes of the answer within 0\.2 s$/);
});

test("a try that gets no answer is followed by others, each with its own limit", async (t) => {
  let asked = 0;
  const url = await listen(t, (_, response) => {
    asked += 1;
    if (asked === 3) response.end("at last");
  });
  const response = await http(url, { ...LIMIT, limitMs: 30_000, responseLimitMs: 500 });
  assert.deepEqual([await response.text(), asked], ["at last", 3]);
});

test("the caller's own abort is still its own", async (t) => {
  const url = await listen(t, () => {});
  const signal = AbortSignal.timeout(20);
  await assert.rejects(http(url, { ...LIMIT, signal }), { name: "TimeoutError" });
});

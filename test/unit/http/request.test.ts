import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { buffer } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { http, type HttpRequest } from "../../../provider/http/request.ts";
import { HttpUnreachable } from "../../../provider/http/unreachable.ts";
import { bodyOf } from "../../../provider/http/request-body.ts";
import { collect } from "../../support/collect.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

const FAST: HttpRequest = { retryDelayMs: 1 };

interface Listening {
  readonly url: string;
  readonly connections: () => number;
}

async function listen(t: TestContext, listener: RequestListener): Promise<Listening> {
  let connections = 0;
  const server = createServer(listener).on("connection", () => (connections += 1));
  const { url, close } = await listenOnLoopback(server);
  t.after(close);
  return { url, connections: () => connections };
}

/** Answers the statuses one after the other, then 200 with how many came before. */
const statuses = (...queue: readonly (readonly [number, Record<string, string>?])[]) => {
  const left = queue.values();
  return ((request, response) => {
    request.resume();
    const [status, headers] = left.next().value ?? [200, {}];
    response.writeHead(status, headers).end(String(status));
  }) satisfies RequestListener;
};

test("any status is an answer, and one connection serves several requests", async (t) => {
  const { url, connections } = await listen(t, statuses([404], [403], [200]));
  for (const status of [404, 403, 200]) {
    const response = await http(url, { retry: false });
    assert.deepEqual([response.status, await response.text()], [status, String(status)]);
  }
  assert.equal(connections(), 1);
});

test("HEAD, 204 and 304 have an empty body that need not be read", async (t) => {
  const { url } = await listen(t, statuses([200], [204], [304]));
  assert.equal(await (await http(url, { method: "HEAD" })).text(), "");
  for (const status of [204, 304]) {
    const response = await http(url);
    assert.deepEqual([response.status, await collect(response.body)], [status, []]);
  }
});

test("statuses that a later try can cure are tried again, as long as Retry-After says", async (t) => {
  const { url } = await listen(t, statuses([503], [429, { "retry-after": "1" }], [408]));
  const start = performance.now();
  assert.equal((await http(url, FAST)).status, 200);
  const took = performance.now() - start;
  assert.ok(took >= 990 && took < 5000, `${took} ms`);
});

test("after five tries the last answer is the answer", async (t) => {
  let asked = 0;
  const { url } = await listen(t, (_, response) => {
    asked += 1;
    response.writeHead(502).end();
  });
  assert.equal((await http(url, FAST)).status, 502);
  assert.equal(asked, 5);
});

test("a POST is not tried again unless asked for", async (t) => {
  const { url } = await listen(t, statuses([503], [503]));
  assert.equal((await http(url, { ...FAST, method: "POST" })).status, 503);
  assert.equal((await http(url, { ...FAST, method: "POST", retry: true })).status, 200);
});

test("a body is opened again for each try", async (t) => {
  const bodies: string[] = [];
  const { url } = await listen(t, (request, response) => {
    void buffer(request).then((bytes) => {
      bodies.push(bytes.toString());
      response.writeHead(bodies.length < 3 ? 500 : 201).end();
    });
  });
  const open = () => Bytes.of(Buffer.from("four"), Buffer.from("teen"));
  const response = await http(url, { ...FAST, method: "PUT", body: { size: 8, open } });
  assert.equal(response.status, 201);
  assert.deepEqual(bodies, ["fourteen", "fourteen", "fourteen"]);
});

test("a connection that breaks before the answer is tried again", async (t) => {
  let asked = 0;
  const { url } = await listen(t, (request, response) => {
    asked += 1;
    if (asked < 3) request.socket.destroy();
    else response.end("at last");
  });
  assert.equal(await (await http(url, FAST)).text(), "at last");
});

test("a kept-alive connection that the server has closed costs a POST nothing", async (t) => {
  const seen = new Set<unknown>();
  const { url } = await listen(t, (request, response) => {
    // The second request on a connection is not answered.
    if (seen.has(request.socket)) request.socket.destroy();
    else response.end("ok");
    seen.add(request.socket);
  });
  for (let i = 0; i < 3; i += 1) {
    const response = await http(url, { method: "POST", retry: false });
    assert.equal(await response.text(), "ok");
  }
});

test("a body that may have arrived in part is not sent again unasked", async (t) => {
  let asked = 0;
  const { url } = await listen(t, (request, response) => {
    asked += 1;
    if (asked === 1) response.end("ok");
    else request.socket.destroy();
  });
  await (await http(url)).discard();
  await assert.rejects(http(url, { method: "PUT", retry: false, body: bodyOf("x") }), {
    code: "HTTP_UNREACHABLE",
  });
  assert.equal(asked, 2);
});

test("an answer in mid-upload ends the upload and counts", async (t) => {
  const { url } = await listen(t, (_, response) => response.writeHead(401).end("who?"));
  let closed = false;
  const response = await http(url, {
    method: "PUT",
    body: {
      size: 1e9,
      async *open() {
        try {
          for (let i = 0; i < 1e4; i += 1) yield new Uint8Array(1e5);
        } finally {
          closed = true;
        }
      },
    },
  });
  assert.deepEqual([response.status, await response.text(), closed], [401, "who?", true]);
});

test("a request body of another size than promised is an error of its own", async (t) => {
  const { url } = await listen(t, statuses());
  for (const size of [3, 5]) {
    const body = { size, open: () => Bytes.of(Buffer.from("four")) };
    const put = http(url, { ...FAST, method: "PUT", body });
    await assert.rejects(put, { code: "HTTP_BODY_MISMATCH" });
  }
});

test("what reading the request's body throws comes out as it is, and is not tried again", async (t) => {
  const { url } = await listen(t, statuses());
  const broken = new Error("disk");
  let opened = 0;
  const open = async function* (): AsyncGenerator<Uint8Array> {
    opened += 1;
    yield Buffer.from("half");
    throw broken;
  };
  await assert.rejects(http(url, { ...FAST, method: "PUT", body: { size: 8, open } }), broken);
  assert.equal(opened, 1);
});

test("a body that is cut short throws, with and without Content-Length", async (t) => {
  const { url } = await listen(t, (request, response) => {
    if (request.url === "/sized") response.setHeader("content-length", "100");
    response.write("some");
    setTimeout(() => response.destroy(), 20);
  });
  for (const path of ["/sized", "/chunked"]) {
    const response = await http(url + path);
    await assert.rejects(response.text(), (error) => {
      assert.ok(error instanceof HttpUnreachable);
      assert.match(error.message, /^GET http.*: the connection failed \(ECONNRESET\)$/);
      return true;
    });
  }
});

test("breaking out of a body closes its connection", async (t) => {
  const closed = Promise.withResolvers<void>();
  const { url } = await listen(t, (request, response) => {
    request.socket.once("close", closed.resolve);
    const more = (): void => void (response.write(Buffer.alloc(1e6)) ? more() : 0);
    response.on("drain", more);
    more();
  });
  const { body } = await http(url);
  for await (const chunk of body) {
    assert.ok(chunk.length > 0);
    break;
  }
  await closed.promise;
});

test("a text longer than its limit is refused", async (t) => {
  const { url } = await listen(t, (_, response) => response.end("x".repeat(100)));
  assert.equal((await (await http(url)).text(100)).length, 100);
  await assert.rejects((await http(url)).text(99), { code: "HTTP_TEXT_TOO_LONG" });
});

test("an abort ends the wait for an answer, a body and a retry with its own reason", async (t) => {
  const { url } = await listen(t, (request, response) => {
    if (request.url === "/silent") return;
    if (request.url === "/503") response.writeHead(503, { "retry-after": "60" }).end();
    else response.write("some");
  });
  const reason = new Error("enough");
  const soon = (): AbortSignal => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 20);
    return controller.signal;
  };
  await assert.rejects(http(`${url}/silent`, { signal: soon() }), reason);
  await assert.rejects(http(`${url}/503`, { signal: soon() }), reason);
  const { body } = await http(`${url}/body`, { signal: soon() });
  await assert.rejects(collect(body), reason);
  await assert.rejects(http(url, { signal: AbortSignal.abort(reason) }), reason);
});

test("a server that stops sending is given up, but a slow reader is not", async (t) => {
  const { url } = await listen(t, (request, response) => {
    response.write("some");
    if (request.url === "/slow") setTimeout(() => response.end("more"), 50);
  });
  const slow = await http(`${url}/slow`);
  const stuck = await http(`${url}/stuck`);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const pieces: string[] = [];
  for await (const chunk of slow.body) {
    pieces.push(Buffer.from(chunk).toString());
    // Between two pulls no clock runs.
    t.mock.timers.tick(600_000);
  }
  assert.equal(pieces.join(""), "somemore");
  const read = stuck.text();
  setImmediate(() => setImmediate(() => t.mock.timers.tick(60_000)));
  await assert.rejects(read, /stuck: no more of the answer within 60 s$/);
});

for (const [what, url, hint] of [
  ["a refused connection", "http://127.0.0.1:1/", /nothing listens at http:\/\/127\.0\.0\.1:1/],
  ["an unknown host", "http://no-such-host.invalid/", /no-such-host\.invalid has no address/],
] as const)
  test(`${what} is explained`, async () => {
    await assert.rejects(http(url, { ...FAST, label: "asking" }), (error) => {
      assert.ok(error instanceof HttpUnreachable);
      assert.match(error.message, /^asking: /);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });

test("https to a plain server is explained, and not tried again", async (t) => {
  const { url, connections } = await listen(t, statuses());
  await assert.rejects(http(url.replace("http:", "https:"), FAST), (error) => {
    assert.ok(error instanceof HttpUnreachable);
    assert.match(error.hint ?? "", /does not speak https/);
    return true;
  });
  assert.equal(connections(), 1);
});

test("a user and password in the URL are sent but never shown", async (t) => {
  const { url } = await listen(t, (request, response) => {
    response.end(request.headers.authorization);
  });
  const withUser = url.replace("://", "://al%40ice:s3cret@");
  const expected = `Basic ${Buffer.from("al@ice:s3cret").toString("base64")}`;
  assert.equal(await (await http(withUser)).text(), expected);
  const shut = "http://alice:s3cret@127.0.0.1:1/?token=s3cret";
  await assert.rejects(http(shut, FAST), (error) => {
    assert.doesNotMatch(`${String(error)} ${JSON.stringify(error)}`, /s3cret/);
    return true;
  });
});

test("requests beyond the sockets of a host wait for one instead of failing", async (t) => {
  const { url, connections } = await listen(t, (_, response) => {
    setTimeout(() => response.end("ok"), 5);
  });
  const texts = await Promise.all(
    Array.from({ length: 50 }, async () => (await http(url, { retry: false })).text()),
  );
  assert.deepEqual(new Set(texts), new Set(["ok"]));
  assert.ok(connections() <= 16, `${connections()} connections`);
});

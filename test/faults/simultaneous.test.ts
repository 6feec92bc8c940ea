/** Many requests at once that all have to log in first, while connections are scarce. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { test } from "node:test";
import { http } from "../../provider/http/request.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import { listenOnLoopback } from "../support/loopback.ts";

const TOKEN = "t".repeat(20);
// More than the kernel buffers for a connection that is not read.
const LONG = "x".repeat(1_000_000);

/** A registry and its token service on one host, whose refusals have a body. */
const registry =
  (refusal: string): RequestListener =>
  (request, response) => {
    request.resume();
    if (request.url?.startsWith("/token"))
      return void response.end(JSON.stringify({ token: TOKEN }));
    if (request.headers.authorization === `Bearer ${TOKEN}`)
      return void response
        .writeHead(200, { "content-type": "application/json" })
        .end('{"tags":[]}');
    const challenge = `Bearer realm="http://${request.headers.host}/token",service="r"`;
    response.writeHead(401, { "www-authenticate": challenge }).end(refusal);
  };

interface Hosting {
  readonly refusal: string;
  /** How many connections the server takes; it closes further ones. */
  readonly connections?: number;
}

async function withRegistry(
  { refusal, connections }: Hosting,
  use: (host: string) => Promise<void>,
): Promise<void> {
  const server = createServer(registry(refusal));
  if (connections !== undefined) server.maxConnections = connections;
  const { url, close } = await listenOnLoopback(server);
  try {
    await use(new URL(url).host);
  } finally {
    await close();
  }
}

const listTags = (host: string, at: number): Promise<string[]> =>
  new RegistryClient(
    { host, name: `acme/lix-${at}`, plainHttp: true },
    // Each image logs in for itself.
    {
      credentials: async () => undefined,
      environment: {},
      retryDelayMs: 20,
      requestLimitMs: 20_000,
    },
  ).listTags();

for (const count of [1, 15, 16, 17, 64])
  for (const [what, refusal] of [
    ["short", "who are you?"],
    ["long", LONG],
  ] as const)
    test(`${count} simultaneous ${what} refusals delay no login at the same host`, () =>
      withRegistry({ refusal }, async (host) => {
        const lists = Array.from({ length: count }, (_, at) => listTags(host, at));
        assert.deepEqual(
          await Promise.all(lists),
          lists.map(() => []),
        );
      }));

test("a host that takes four connections at a time serves sixteen logins", () =>
  withRegistry({ refusal: "who are you?", connections: 4 }, async (host) => {
    const lists = Array.from({ length: 16 }, (_, at) => listTags(host, at));
    const settled = await Promise.allSettled(lists);
    assert.ok(settled.some(({ status }) => status === "fulfilled"));
  }));

test("deadlines and aborts end a request that waits for a connection", async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.write("the beginning");
  });
  const { url, close } = await listenOnLoopback(server);
  try {
    // Answers that are not read occupy all connections to the host.
    await Promise.all(Array.from({ length: 16 }, () => http(url)));
    await assert.rejects(http(url, { limitMs: 100 }), { code: "HTTP_UNREACHABLE" });
    const enough = new Error("enough");
    const abort = new AbortController();
    const waiting = http(url, { signal: abort.signal });
    abort.abort(enough);
    await assert.rejects(waiting, enough);
  } finally {
    await close();
  }
});

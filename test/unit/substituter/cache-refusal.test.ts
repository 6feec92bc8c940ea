/** The messages about caches that answer 401 or 403. @module */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { render } from "../../../provider/base/errors.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { resolveClosure } from "../../../provider/resolve/resolve-closure.ts";
import { passwordAccess } from "../../../provider/substituter/cache-access.ts";
import { NarSource } from "../../../provider/substituter/chain.ts";
import { LateCaches } from "../../../provider/substituter/late-caches.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import { addPath } from "../../support/cache-server.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { openNar } from "../../support/read-nar.ts";

const NAR = Buffer.from("\x0d\0\0\0\0\0\0\0nix-archive-1, more or less", "latin1");
const INFO = addPath(new Map(), NAR);

/** All that is said where two caches are asked: one that has nothing, and one that answers so. */
async function told(status: number, netrc: string): Promise<{ plan: string; lock: string }> {
  const server = createServer((request, response) => {
    const refuses = request.headers.host?.startsWith("localhost") ?? false;
    response.writeHead(refuses ? status : 404).end();
  });
  const { url, close } = await listenOnLoopback(server);
  const before = process.env["NETRC"];
  try {
    return await withTempDir(async (home) => {
      process.env["NETRC"] = join(home, "netrc");
      await writeFile(process.env["NETRC"], netrc);
      const substituters = [url.replace("127.0.0.1", "localhost"), url].map((each) =>
        openSubstituter(each, { retryDelayMs: 1 }),
      );
      const nar = openNar(new NarSource(substituters), INFO);
      const closure = { roots: [INFO.storePath], substituters, keys: [], label: "a test" };
      const lateCaches = new LateCaches();
      return {
        plan: await Bytes.collect(nar, 100).then(() => "", render),
        lock: await resolveClosure({ ...closure, lateCaches }).then(() => "", render),
      };
    });
  } finally {
    if (before === undefined) delete process.env["NETRC"];
    else process.env["NETRC"] = before;
    await close();
  }
}

for (const status of [401, 403])
  test(`if no cache has a path, the error names the one that answers ${status}, and what to do`, async () => {
    const { plan, lock } = await told(status, "default login a password b");
    for (const text of [plan, lock]) {
      assert.match(text, new RegExp(`http://localhost:\\d+.*the cache answers ${status}`));
      assert.match(text, /http:\/\/127\.0\.0\.1:\d+: does not have it/);
      assert.match(text, /add an entry for localhost in netrc .*its `default` is for no cache/);
    }
  });

test("a login of netrc is not sent by plain http, which the error says", async () => {
  await withTempDir(async (home) => {
    const before = process.env["NETRC"];
    process.env["NETRC"] = join(home, "netrc");
    await writeFile(process.env["NETRC"], "machine cache.example login a password b");
    const plain = passwordAccess(new URL("http://cache.example/"));
    assert.equal(await plain.headers(new URL("http://cache.example/x")), undefined);
    const login = await passwordAccess(new URL("https://cache.example/")).headers(
      new URL("https://cache.example/x"),
    );
    assert.deepEqual(login, { authorization: `Basic ${btoa("a:b")}` });
    const answer = { status: 401, headers: {}, text: () => Promise.resolve("") };
    await plain.judge(answer as never, "x");
    assert.match(render(plain.refusal("x")), /is not sent by plain http: use https/);
    if (before === undefined) delete process.env["NETRC"];
    else process.env["NETRC"] = before;
  });
});

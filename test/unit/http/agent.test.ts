import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test, type TestContext } from "node:test";
import { ask } from "../../support/ask.ts";

async function proxy(t: TestContext): Promise<string> {
  const server = createServer((request, response) => response.end(`proxied ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return `http://127.0.0.1:${address.port}`;
}

test("a proxy named by the environment is used, but not for this machine", async (t) => {
  const url = await proxy(t);
  const env = { HTTP_PROXY: url };
  assert.equal(await ask("http://a.invalid/x", env), "proxied http://a.invalid/x");
  assert.equal(await ask(`${url}/x`, env), "proxied /x");
  assert.match(
    await ask("http://a.invalid/x", { ...env, NO_PROXY: ".invalid" }),
    /ENOTFOUND|EAI_AGAIN/,
  );
});

test("a proxy that is no URL is an error that does not show it", async () => {
  const said = await ask("http://a.invalid/x", { HTTP_PROXY: "http://me:secret@:a" });
  assert.match(said, /^INVALID_PROXY: HTTP_PROXY: expected the URL of a proxy/);
  assert.doesNotMatch(said, /secret/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyFor } from "../../../provider/http/proxy.ts";
import { ask } from "../../support/ask.ts";
import { startRawServer } from "../../support/raw-server.ts";

const PROXY = "http://proxy.example:3128";
const direct = (url: string, noProxy: string): boolean =>
  proxyFor(new URL(url), { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, NO_PROXY: noProxy }) ===
  undefined;

const HOST = "http://registry.corp.example:5000/v2/";

// The rules of golang.org/x/net/http/httpproxy, and of curl where Go says nothing.
for (const [noProxy, url] of [
  ["corp.example", HOST],
  ["corp.example", "http://corp.example/"],
  [".corp.example", HOST],
  ["*.corp.example", HOST],
  ["registry.corp.example", HOST],
  ["registry.corp.example:5000", HOST],
  ["REGISTRY.Corp.Example", HOST],
  ["corp.example.", HOST],
  ["corp.example", "http://registry.corp.example.:5000/"],
  ["  a.example ,  corp.example  ", HOST],
  ["a.example corp.example", HOST],
  [",,corp.example,", HOST],
  ["*", HOST],
  ["a.example,*", HOST],
  ["corp.example:80", "http://corp.example/"],
  ["corp.example:443", "https://corp.example/"],
  ["203.0.113.0/24", "http://203.0.113.7:5000/"],
  ["203.0.113.7", "http://203.0.113.7:5000/"],
  ["203.0.113.7:5000", "http://203.0.113.7:5000/"],
  ["::ffff:203.0.113.7", "http://203.0.113.7/"],
  ["203.0.113.7", "http://[::ffff:203.0.113.7]/"],
  ["2001:db8::/32", "http://[2001:db8::7]:5000/"],
  ["2001:DB8:0::7", "http://[2001:db8::7]:5000/"],
  ["[2001:db8::7]", "http://[2001:db8::7]:5000/"],
  ["[2001:db8::7]:5000", "http://[2001:db8::7]:5000/"],
  ["", "http://localhost:5000/"],
  ["", "http://registry.localhost:5000/"],
  ["", "http://127.9.9.9/"],
  ["", "http://[::1]/"],
] as const)
  test(`${url} is asked directly where NO_PROXY is ${JSON.stringify(noProxy)}`, () => {
    assert.ok(direct(url, noProxy));
  });

for (const [noProxy, url] of [
  ["", HOST],
  ["orp.example", HOST],
  [".corp.example", "http://corp.example/"],
  ["*.corp.example", "http://corp.example/"],
  ["corp.example.org", HOST],
  ["registry.corp.example:5001", HOST],
  ["corp.example:80", "https://corp.example/"],
  ["*corp.example", HOST],
  ["registry.*", HOST],
  [".", HOST],
  [":5000", HOST],
  ["203.0.113.0/24", "http://203.0.114.7/"],
  ["203.0.113.0/99", "http://203.0.113.7/"],
  ["203.0.113", "http://203.0.113.7/"],
  ["203.0.113.7/24/8", "http://203.0.113.7/"],
  ["2001:db8::/32", "http://[2001:db9::7]/"],
  ["203.0.113.0/24", HOST],
] as const)
  test(`${url} goes through the proxy where NO_PROXY is ${JSON.stringify(noProxy)}`, () => {
    assert.ok(!direct(url, noProxy));
  });

test("the lower case of a variable goes before the upper, and an empty one is none", () => {
  const url = new URL(HOST);
  const env = { HTTP_PROXY: "http://upper.example", http_proxy: "http://lower.example" };
  assert.equal(proxyFor(url, env)?.hostname, "lower.example");
  assert.equal(proxyFor(url, { ...env, http_proxy: "" })?.hostname, "upper.example");
  assert.equal(proxyFor(url, { ...env, no_proxy: "corp.example", NO_PROXY: "x" }), undefined);
  assert.equal(proxyFor(new URL("https://corp.example"), env), undefined);
});

test("a proxy without a scheme speaks http", () => {
  assert.equal(proxyFor(new URL(HOST), { HTTP_PROXY: "proxy:3128" })?.href, "http://proxy:3128/");
});

test("what is no http proxy is an error", () => {
  for (const text of ["socks5://proxy:1080", "http://:a", "http://u:%zz@proxy"])
    assert.throws(() => proxyFor(new URL(HOST), { HTTP_PROXY: text }), { code: "INVALID_PROXY" });
});

test("a proxy that is not there is named, without its password", async () => {
  const env = { HTTP_PROXY: "http://me:s3cret@127.0.0.1:1", HTTPS_PROXY: "me:s3cret@127.0.0.1:1" };
  for (const scheme of ["http", "https"]) {
    const said = await ask(`${scheme}://a.invalid/x`, env);
    assert.match(said, /^HTTP_UNREACHABLE: .* through the proxy http:\/\/127\.0\.0\.1:1\/? failed/);
    assert.match(said, /nothing listens at the proxy http:\/\/127\.0\.0\.1:1: check HTTPS?_PROXY/);
    assert.match(said, /NO_PROXY/);
    assert.doesNotMatch(said, /s3cret|nothing listens at https?:\/\/a\.invalid/);
  }
  const nowhere = await ask("http://a.invalid/x", { HTTP_PROXY: "http://proxy.invalid" });
  assert.match(nowhere, /the proxy http:\/\/proxy\.invalid has no address/);
});

for (const status of [403, 407, 502])
  test(`a proxy that answers ${status} to a tunnel is named, without its password`, async () => {
    const proxy = await startRawServer((socket) =>
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`),
    );
    try {
      const env = { HTTPS_PROXY: `http://me:s3cret@${proxy.host}` };
      const said = await ask("https://a.invalid/x", env);
      assert.match(said, new RegExp(`^HTTP_UNREACHABLE: .*it answers with status ${status}`));
      assert.ok(said.includes(`the proxy http://${proxy.host}`), said);
      assert.match(said, status === 407 ? /wants a login/ : /does not connect to a\.invalid/);
      assert.doesNotMatch(said, /s3cret/);
    } finally {
      await proxy.close();
    }
  });

test("a proxy that wants a login for plain http says so, and not the server", async () => {
  const proxy = await startRawServer((socket) =>
    socket.end("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n"),
  );
  try {
    const said = await ask("http://a.invalid/x", { HTTP_PROXY: proxy.url });
    assert.match(said, /^HTTP_UNREACHABLE: .*through the proxy .* wants a login/s);
  } finally {
    await proxy.close();
  }
});

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { RegistryClient } from "../../../provider/registry/client.ts";
import type { Credentials } from "../../../provider/login/credentials.ts";
import { blobOf } from "../../support/sample-image.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";

const ME: Credentials = { kind: "basic", username: "me", password: "pw", source: "a test" };
const { digest } = blobOf(Buffer.from("x"));

async function registryOf(t: TestContext): Promise<TestRegistry> {
  const registry = await startRegistry({ auth: { kind: "bearer", users: { me: "pw" } } });
  t.after(() => registry.close());
  return registry;
}

const clientOf = ({ host }: TestRegistry, name = "acme/lix"): RegistryClient =>
  new RegistryClient(
    { host, name, plainHttp: true },
    { credentials: async () => ME, environment: {} },
  );

const scopes = (registry: TestRegistry): string[] =>
  registry.log
    .filter(({ path }) => path.startsWith("/token"))
    .map(({ path }) => new URL(path, "http://x").searchParams.getAll("scope").join(" "));

test("each repository has a token of its own, and none is good for another", async (t) => {
  const registry = await registryOf(t);
  const [one, two] = [clientOf(registry, "acme/one"), clientOf(registry, "acme/two")];
  await Promise.all([one.hasBlob(digest), two.hasBlob(digest), one.hasBlob(digest)]);
  assert.deepEqual(scopes(registry).sort(), [
    "repository:acme/one:pull",
    "repository:acme/two:pull",
  ]);
});

test("a token that may read another repository is for mounting from it only", async (t) => {
  const registry = await registryOf(t);
  const client = clientOf(registry);
  client.expectPush();
  await client.hasBlob(digest);
  await client.pushBlob(blobOf(Buffer.from("x")), { mountFrom: "acme/base" });
  await client.hasBlob(digest);
  assert.deepEqual(scopes(registry), [
    "repository:acme/lix:pull,push",
    "repository:acme/lix:pull,push repository:acme/base:pull",
  ]);
});

// The token spec: 60 seconds unless the service says more.
for (const [says, seconds] of [
  [{ expires_in: 300 }, 300],
  [{ expires_in: 1 }, 60],
  [{}, 60],
] as const)
  test(`renews a token ten seconds early: ${JSON.stringify(says)}`, async (t) => {
    const registry = await registryOf(t);
    registry.faults.push({
      path: /^\/token/,
      times: 9,
      act: {
        kind: "change",
        change: (reply) => {
          const { token } = JSON.parse(String(reply.body)) as { token: string };
          return { ...reply, headers: {}, body: JSON.stringify({ token, ...says }) };
        },
      },
    });
    const client = clientOf(registry);
    const start = Date.now();
    t.mock.timers.enable({ apis: ["Date"], now: start });
    await client.hasBlob(digest);
    t.mock.timers.setTime(start + (seconds - 11) * 1000);
    await client.hasBlob(digest);
    assert.equal(scopes(registry).length, 1);
    t.mock.timers.setTime(start + (seconds - 10) * 1000);
    await client.hasBlob(digest);
    assert.equal(scopes(registry).length, 2);
    assert.deepEqual(
      registry.log.filter(({ status }) => status === 401).length,
      1,
      "the registry never saw an old token",
    );
  });

test("an abort ends the wait of its own request for a token service that hangs, and no other", async (t) => {
  const registry = await registryOf(t);
  const client = clientOf(registry);
  registry.faults.push({ path: /^\/token/, act: { kind: "hang" } });
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = [client.hasBlob(digest, first.signal), client.hasBlob(digest, second.signal)];
  while (registry.count("GET", /^\/token/) === 0) await sleep(5);
  const reason = new Error("interrupted");
  first.abort(reason);
  await assert.rejects(asked[0] ?? Promise.resolve(), reason);
  second.abort(reason);
  await assert.rejects(asked[1] ?? Promise.resolve(), reason);
  assert.equal(await client.hasBlob(digest), false);
  assert.equal(scopes(registry).length, 2);
});

for (const [what, answer] of [
  ["a page", { headers: { "content-type": "text/html" }, body: "<p>back soon" }],
  ["half an answer", { body: '{"token":"abc' }],
] as const)
  test(`a token service that answers once with ${what} is asked again`, async (t) => {
    const registry = await registryOf(t);
    registry.faults.push({ path: /^\/token/, act: { kind: "answer", status: 200, ...answer } });
    assert.equal(await clientOf(registry).hasBlob(digest), false);
    assert.equal(scopes(registry).length, 2);
  });

for (const wrong of ["to\nken", "to\u0000ken", "tökén", "to ken"])
  test(`a token that is invalid in a header is neither sent nor shown: ${JSON.stringify(wrong)}`, async (t) => {
    const registry = await registryOf(t);
    const body = JSON.stringify({ token: wrong });
    registry.faults.push({
      path: /^\/token/,
      times: 9,
      act: { kind: "answer", status: 200, headers: { "content-type": "application/json" }, body },
    });
    await assert.rejects(clientOf(registry).hasBlob(digest), (error: Error) => {
      assert.match(error.message, /a token that cannot stand in a header/);
      assert.doesNotMatch(error.message, /ken"|tökén|to ken/);
      return true;
    });
  });

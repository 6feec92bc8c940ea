/** What a session believes of an answer that no registry gives, and at which name Docker Hub is asked. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import { test } from "node:test";
import { parseChallenges } from "../../../provider/registry/challenge.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { RegistryTimeouts } from "../../../provider/registry/timeouts.ts";
import { memoryOf } from "../../../provider/registry/registry-memory.ts";
import { RegistrySession } from "../../../provider/registry/registry-session.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import type { Reply } from "../../support/registry-reply.ts";
import { type TestRegistry, withTestRegistry } from "../../support/registry.ts";
import { blobOf, sampleImage } from "../../support/sample-image.ts";

const BLOB = blobOf(Buffer.from("a layer"));
const { root } = sampleImage();
const PAGE = {
  kind: "answer",
  status: 200,
  headers: { "content-type": "text/html" },
  body: "<p>please wait",
} as const;

const withRegistry = (
  use: (client: RegistryClient, registry: TestRegistry) => Promise<void>,
): Promise<void> =>
  withTestRegistry((registry) => {
    const client = new RegistryClient(
      { host: registry.host, name: "acme/lix", plainHttp: true },
      { credentials: async () => undefined, environment: {}, retryDelayMs: 1 },
    );
    return use(client, registry);
  });

test("a page with 200 in place of any answer, once or twice, is asked again and not believed", () =>
  withRegistry(async (client, registry) => {
    for (const method of ["HEAD", "POST", "PUT"])
      registry.faults.push({ method, act: PAGE, times: 2 });
    assert.equal(await client.hasBlob(BLOB.digest), false);
    await client.pushBlob(BLOB);
    for (const blob of sampleImage().blobs) await client.pushBlob(blob);
    await client.putManifest("v1", root);
    registry.faults.push({ method: "GET", act: PAGE, times: 2 });
    assert.deepEqual(await client.listTags(), ["v1"]);
    assert.equal(registry.store.repository("acme/lix").blobs.get(BLOB.digest), BLOB.size);
  }));

test("a manifest that breaks off in the middle is read again", () =>
  withRegistry(async (client, registry) => {
    for (const blob of sampleImage().blobs) await client.pushBlob(blob);
    await client.putManifest("v1", root);
    registry.faults.push({ method: "GET", times: 2, act: { kind: "cut", afterBytes: 260 } });
    assert.equal((await client.getManifest("v1"))?.digest, root.digest);
    assert.equal(registry.count("GET", /manifests/), 3);
  }));

for (const status of [200, 202])
  test(`a blob that is taken with ${status} is believed when it is there, and else is not`, () =>
    withRegistry(async (client, registry) => {
      const change = (reply: Reply): Reply => ({ ...reply, status });
      registry.faults.push({ method: "PUT", times: 99, act: { kind: "change", change } });
      assert.equal(await client.pushBlob(BLOB), "uploaded");
      assert.equal(registry.count("PUT"), 1);
      registry.faults.splice(0);
      registry.faults.push({ method: "PUT", times: 99, act: { kind: "answer", status } });
      await assert.rejects(client.pushBlob(blobOf(Buffer.from("lost"))), {
        code: "REGISTRY_UNAVAILABLE",
        message: /the blob is not there/,
      });
    }));

for (const status of [200, 201])
  test(`an upload that begins with ${status} and an address has begun`, () =>
    withRegistry(async (client, registry) => {
      const change = (reply: Reply): Reply => ({ ...reply, status });
      registry.faults.push({ method: "POST", act: { kind: "change", change } });
      assert.equal(await client.pushBlob(BLOB), "uploaded");
      assert.equal(registry.count("POST"), 1);
    }));

test("a removal is done with 204, too", () =>
  withRegistry(async (client, registry) => {
    for (const blob of sampleImage().blobs) await client.pushBlob(blob);
    await client.putManifest("v1", root);
    const change = (reply: Reply): Reply => ({ ...reply, status: 204 });
    registry.faults.push({ method: "DELETE", times: 2, act: { kind: "change", change } });
    await client.deleteTag("v1");
    await client.deleteManifest(root.digest);
    assert.equal(await client.headManifest(root.digest), undefined);
  }));

test("a Bearer challenge without a realm leads nowhere: Basic is taken where it is offered", () =>
  withRegistry(async (_, registry) => {
    for (const [challenge, authorization] of [
      ['Bearer service="x", Basic realm="y"', ["Basic bWU6cHc="]],
      ['Bearer realm="", Basic realm="y"', ["Basic bWU6cHc="]],
      ['Bearer service="x"', []],
    ] as const) {
      registry.faults.splice(0);
      registry.log.splice(0);
      const got: string[] = [];
      registry.faults.push({
        times: 99,
        act: {
          kind: "instead",
          of: ({ headers }) => {
            if (headers.authorization !== undefined) {
              got.push(headers.authorization);
              return undefined;
            }
            return { status: 401, headers: { "www-authenticate": challenge } };
          },
        },
      });
      const client = new RegistryClient(
        { host: registry.host, name: "acme/lix", plainHttp: true },
        {
          credentials: async () => ({ kind: "basic", username: "me", password: "pw", source: "x" }),
          environment: {},
        },
      );
      const asked = client.hasBlob(BLOB.digest);
      if (authorization.length > 0) assert.equal(await asked, false);
      else await assert.rejects(asked, { code: "REGISTRY_DENIED" });
      assert.deepEqual(got, authorization);
      assert.equal(registry.count("GET", /^\/(?!v2\/)/), 0);
    }
  }));

test("such a page is asked for again on a connection of its own", async () => {
  const sockets = new Set<IncomingMessage["socket"]>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    response.writeHead(200, { "content-type": "text/html" }).end("<p>hello");
  });
  const { url, close } = await listenOnLoopback(server);
  try {
    const { host } = new URL(url);
    const client = new RegistryClient(
      { host, name: "acme/lix", plainHttp: true },
      { credentials: async () => undefined, environment: {}, retryDelayMs: 1 },
    );
    await assert.rejects(client.headManifest("v1"), { code: "NOT_A_REGISTRY" });
    assert.equal(sockets.size, 3);
  } finally {
    await close();
  }
});

test("a 404 may come from a proxy in front of the registry: a request to /v2/ decides", () =>
  withRegistry(async (client, registry) => {
    const headers = { "content-type": "text/html", server: "nginx" };
    const act = { kind: "answer", status: 404, headers, body: "<p>no" } as const;
    registry.faults.push({ path: /manifests|blobs/, act, times: Infinity });
    assert.equal(await client.headManifest("v1"), undefined);
    assert.equal(await client.hasBlob(BLOB.digest), false);
    assert.equal(registry.count("GET", /^\/v2\/$/), 1);
  }));

for (const host of [
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
]) {
  const sessionOf = (name: string): RegistrySession =>
    new RegistrySession(
      { host, name, plainHttp: false },
      {
        ...{
          credentials: async () => undefined,
          environment: {},
          timeouts: RegistryTimeouts.of({}),
        },
        memory: memoryOf(new Map(), host),
      },
    );

  test(`${host}/alpine is read at library/alpine, and nothing is pushed there`, () => {
    const session = sessionOf("alpine");
    assert.equal(
      session.url("manifests/latest").href,
      "https://registry-1.docker.io/v2/library/alpine/manifests/latest",
    );
    assert.throws(() => session.expectPush(), {
      code: "HUB_NAMESPACE_MISSING",
      hint: /<your namespace>\/alpine/,
    });
  });

  test(`${host}/acme/lix is itself`, () => {
    const session = sessionOf("acme/lix");
    session.expectPush();
    assert.match(session.url("tags/list").href, /\/v2\/acme\/lix\/tags\/list$/);
  });
}

test("a push to a name of Docker Hub without a namespace fails before any request", async () => {
  const client = new RegistryClient(
    { host: "docker.io", name: "lix", plainHttp: false },
    { credentials: async () => undefined, environment: {} },
  );
  await assert.rejects(client.pushBlob(BLOB), { code: "HUB_NAMESPACE_MISSING" });
  await assert.rejects(client.putManifest("v1", root), { code: "HUB_NAMESPACE_MISSING" });
});

test("challenges of the field are read", () => {
  const of = (header: string) => parseChallenges(header).map(({ scheme }) => scheme);
  assert.deepEqual(of('Basic realm="GitHub Package Registry"'), ["basic"]);
  assert.deepEqual(of('Bearer realm="https://h/t",service="s", Basic realm="x"'), [
    "bearer",
    "basic",
  ]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { Bytes } from "../../../provider/base/bytes.ts";
import { registryDestination } from "../../../provider/destination/registry.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import type { Credentials } from "../../../provider/login/credentials.ts";
import type { RegistryAuth } from "../../support/registry-gate.ts";
import { type TestRegistry, withTestRegistry } from "../../support/registry.ts";
import { blobOf, sampleImage } from "../../support/sample-image.ts";

const USERS = { me: "pass:word" };
const ME: Credentials = { kind: "basic", username: "me", password: "pass:word", source: "a test" };
const IMAGE = sampleImage("a layer", "another");

const withRegistry = (
  auth: RegistryAuth,
  use: (registry: TestRegistry, client: (who?: Credentials) => RegistryClient) => Promise<void>,
): Promise<void> =>
  withTestRegistry(
    (registry) => {
      const address = { host: registry.host, name: "acme/lix", plainHttp: true };
      return use(registry, (who) => new RegistryClient(address, { credentials: async () => who }));
    },
    { auth },
  );

for (const kind of ["basic", "bearer"] as const)
  test(`publishes to a registry that wants ${kind}`, () =>
    withRegistry({ kind, users: USERS }, async (registry, client) => {
      await registryDestination(client(ME)).publish(IMAGE, { tags: ["v1"] });
      assert.equal((await client(ME).headManifest("v1"))?.digest, IMAGE.root.digest);
      const denied = registry.log.filter(({ status, path }) => status === 401 && path !== "/token");
      // One for each request that was under way when nothing was known yet, and one for the reader.
      assert.ok(denied.length <= 5, `${denied.length} requests were denied`);
    }));

test("fetches one token for many requests at once, and none for each further one", () =>
  withRegistry({ kind: "bearer", users: USERS }, async (registry, client) => {
    const mine = client(ME);
    const { digest } = blobOf(Bytes.fromText("x"));
    await Promise.all(Array.from({ length: 8 }, () => mine.hasBlob(digest)));
    await mine.hasBlob(digest);
    assert.equal(registry.count("GET", /^\/token/), 1);
    assert.match(
      decodeURIComponent(registry.log.find(({ path }) => path.startsWith("/token"))?.path ?? ""),
      /service=test&scope=repository:acme\/lix:pull$/,
    );
  }));

test("asks for one token for the questions before a push and the push itself", () =>
  withRegistry({ kind: "bearer", users: USERS }, async (registry, client) => {
    await registryDestination(client(ME)).publish(IMAGE, { tags: ["v1"] });
    assert.equal(registry.count("GET", /^\/token/), 1);
  }));

test("renews a token that is worth nothing any more, once for each request", () =>
  withRegistry({ kind: "bearer", users: USERS }, async (registry, client) => {
    const mine = client(ME);
    const { digest } = blobOf(Bytes.fromText("x"));
    await mine.hasBlob(digest);
    registry.expireTokens();
    assert.equal(await mine.hasBlob(digest), false);
    assert.equal(registry.count("GET", /^\/token/), 2);
    registry.faults.push({
      path: /^\/v2/,
      times: 99,
      act: {
        kind: "answer",
        status: 401,
        headers: { "www-authenticate": 'Bearer realm="/token"' },
      },
    });
    await assert.rejects(mine.hasBlob(digest), { code: "REGISTRY_DENIED" });
    assert.equal(registry.count("HEAD"), 6);
  }));

test("renews a token that ends between the beginning of an upload and its bytes", () =>
  withRegistry({ kind: "bearer", users: USERS }, async (registry, client) => {
    const blob = blobOf(Bytes.fromText("bytes ".repeat(50_000)));
    let opened = 0;
    const slow = {
      ...blob,
      open: () => {
        if (opened++ === 0) registry.expireTokens();
        return blob.open();
      },
    };
    const mine = client(ME);
    await mine.hasBlob(blob.digest);
    registry.faults.push({ method: "PUT", act: { kind: "answer", status: 401 } });
    assert.equal(await mine.pushBlob(slow), "uploaded");
    assert.equal(await mine.hasBlob(blob.digest), true);
  }));

test("exchanges an identity token, by GET too where the service knows nothing else", () =>
  withRegistry(
    { kind: "bearer", users: { "": "identity" }, identityTokens: ["identity"] },
    async (registry, client) => {
      const who = { kind: "identity token", token: "identity", source: "a test" } as const;
      const { digest } = blobOf(Bytes.fromText("x"));
      assert.equal(await client(who).hasBlob(digest), false);
      assert.equal(registry.count("GET", /^\/token/), 0);
      registry.faults.push({ method: "POST", path: /token/, act: { kind: "answer", status: 404 } });
      assert.equal(await client(who).hasBlob(digest), false);
      assert.equal(registry.count("GET", /^\/token/), 1);
    },
  ));

test("pulls without credentials where that is allowed, and reports a denial where it is not", () =>
  withRegistry({ kind: "bearer", users: USERS, anonymousPull: true }, async (_, client) => {
    const { digest } = blobOf(Bytes.fromText("x"));
    assert.equal(await client().hasBlob(digest), false);
    await assert.rejects(client().pushBlob(blobOf(Bytes.fromText("x"))), (error) => {
      assert.match(render(error), /REGISTRY_DENIED/);
      assert.match(render(error), /no credentials for 127\.0\.0\.1:\d+ were found in DOCKER_AUTH/);
      return true;
    });
  }));

for (const kind of ["basic", "bearer"] as const)
  test(`says whose credentials a registry with ${kind} refused, and not what they are`, () =>
    withRegistry({ kind, users: USERS }, async (_, client) => {
      const wrong: Credentials = { ...ME, password: "hunter2", source: "/home/me/config.json" };
      await assert.rejects(client(wrong).headManifest("v1"), (error) => {
        assert.match(render(error), /REGISTRY_DENIED/);
        assert.match(render(error), /the credentials from \/home\/me\/config\.json were used/);
        assert.doesNotMatch(render(error), /hunter2|aHVudGVyMg|bWU6/);
        return true;
      });
    }));

test("looks for its way in at /v2/ when a refusal does not name one", () =>
  withRegistry({ kind: "bearer", users: USERS }, async (registry, client) => {
    registry.faults.push({ path: /manifests/, act: { kind: "answer", status: 401 } });
    assert.equal(await client(ME).headManifest("v1"), undefined);
    assert.equal(registry.count("GET", /^\/v2\/$/), 1);
  }));

test("uploads when no token can be had for the repository to mount from", () =>
  withRegistry({ kind: "bearer", users: USERS }, async (registry, client) => {
    const act = { kind: "answer", status: 401, body: "{}" } as const;
    registry.faults.push({ path: /token.*secret/, times: 99, act });
    const blob = blobOf(Bytes.fromText("x"));
    assert.equal(await client(ME).pushBlob(blob, { mountFrom: "secret/base" }), "uploaded");
  }));

test("finds new credentials when the known ones have had their time", () =>
  withRegistry({ kind: "basic", users: USERS }, async (registry) => {
    let asked = 0;
    const client = new RegistryClient(
      { host: registry.host, name: "acme/lix", plainHttp: true },
      { credentials: async () => (asked++, { ...ME, expiresAt: Date.now() - 1 }) },
    );
    await client.headManifest("v1");
    const before = asked;
    await client.headManifest("v1");
    assert.ok(asked > before);
  }));

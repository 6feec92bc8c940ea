/** What answers mean that are not the right ones. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { test } from "node:test";
import type { LixImageError } from "../../../provider/base/errors.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { type TestRegistry, withTestRegistry } from "../../support/registry.ts";
import { blobOf, sampleImage } from "../../support/sample-image.ts";

const BLOB = blobOf(Buffer.from("a layer"));
const { root } = sampleImage("a");

const clientOf = (host: string): RegistryClient =>
  new RegistryClient(
    { host, name: "acme/lix", plainHttp: true },
    { credentials: async () => undefined, environment: {}, retryDelayMs: 1 },
  );

const withRegistry = (
  use: (client: RegistryClient, registry: TestRegistry) => Promise<void>,
): Promise<void> => withTestRegistry((registry) => use(clientOf(registry.host), registry));

/** A server that is something else. */
async function withServer(
  listener: RequestListener,
  use: (client: RegistryClient, host: string) => Promise<void>,
): Promise<void> {
  const { url, close } = await listenOnLoopback(createServer(listener));
  const { host } = new URL(url);
  try {
    await use(clientOf(host), host);
  } finally {
    await close();
  }
}

for (const [status, code, body] of [
  [401, "REGISTRY_DENIED", ""],
  [403, "REGISTRY_DENIED", '{"errors":[{"code":"DENIED","message":"not yours"}]}'],
  [400, "REGISTRY_REFUSED", "{}"],
  [301, "REGISTRY_REFUSED", ""],
  [204, "REGISTRY_REFUSED", ""],
] as const)
  test(`takes ${status} for ${code}, never for "gone"`, () =>
    withRegistry(async (client, registry) => {
      const act = { kind: "answer", status, body } as const;
      registry.faults.push({ act, times: 99 });
      await assert.rejects(client.headManifest("v1"), { code });
      await assert.rejects(client.getManifest("v1"), { code });
      await assert.rejects(client.hasBlob(BLOB.digest), { code });
      // Any success of a PUT counts, as in containers/image: what the tag names then is looked at.
      if (status === 204) await client.putManifest("v1", root);
      else await assert.rejects(client.putManifest("v1", root), { code });
    }));

for (const [status, hint] of [
  [429, /wait, or log in/],
  [500, /its log says why/],
  [503, /try again later/],
] as const)
  test(`takes ${status} for a registry that is not available, after several tries`, () =>
    withRegistry(async (client, registry) => {
      const headers = { "retry-after": "0" };
      registry.faults.push({ act: { kind: "answer", status, headers }, times: 99 });
      await assert.rejects(client.headManifest("v1"), { code: "REGISTRY_UNAVAILABLE", hint });
      assert.equal(registry.log.length, 5);
    }));

for (const [name, detail, text] of [
  ["words", "no space left on device", /\(UNKNOWN: unknown error: "no space left on device"\)/],
  ["an object", { Enclosed: { Op: "write", Err: 28 } }, /"Op":"write","Err":28/],
] as const)
  test(`passes on why a registry fails, in ${name}`, () =>
    withRegistry(async (client, registry) => {
      const errors = [{ code: "UNKNOWN", message: "unknown error", detail }];
      const body = JSON.stringify({ errors });
      registry.faults.push({ times: 9, act: { kind: "answer", status: 500, body } });
      await assert.rejects(client.listTags(), { code: "REGISTRY_UNAVAILABLE", message: text });
    }));

for (const status of [200, 404])
  test(`knows a web server that says ${status} to everything from a registry`, () =>
    withServer(
      (_, response) => response.writeHead(status, { "content-type": "text/html" }).end("<p>hello"),
      async (client) => {
        const code = "NOT_A_REGISTRY";
        await assert.rejects(client.hasBlob(BLOB.digest), { code });
        await assert.rejects(client.headManifest("v1"), { code });
        await assert.rejects(client.getManifest("v1"), { code });
        await assert.rejects(client.pushBlob(BLOB), { code });
        await assert.rejects(client.putManifest("v1", root), { code });
      },
    ));

test("a server that wants https is not taken for a registry that refuses", () =>
  // As Go's says it.
  withServer(
    (_, { socket }) => socket?.end("HTTP/1.0 400 Bad Request\r\n\r\nsent to an HTTPS server.\n"),
    (client) =>
      assert.rejects(client.headManifest("v1"), {
        code: "NOT_A_REGISTRY",
        hint: /speaks https: then leave http:\/\/ out/,
      }),
  ));

test("the store behind a registry that refuses is named, and no login is asked for", () =>
  withServer(
    (_, response) => response.writeHead(403).end(),
    (__, store) =>
      withRegistry(async (client, registry) => {
        const headers = { location: `http://${store}/bucket` };
        registry.faults.push({ act: { kind: "answer", status: 307, headers } });
        await assert.rejects(client.hasBlob(BLOB.digest), ({ code, hint }: LixImageError) => {
          assert.equal(code, "REGISTRY_DENIED");
          assert.ok(hint?.startsWith(`this is what ${store} says`), hint);
          assert.doesNotMatch(hint ?? "", /log in|credentials/);
          return true;
        });
      }),
  ));

test("says that nothing listens at the address", async () => {
  let gone: RegistryClient | undefined;
  await withServer(
    () => {},
    async (client) => void (gone = client),
  );
  await assert.rejects(async () => await gone?.headManifest("v1"), {
    code: "HTTP_UNREACHABLE",
    hint: /nothing listens/,
  });
});

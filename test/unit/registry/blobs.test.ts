/** Whether a redirect of a registry means that it has a blob. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { test } from "node:test";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { blobOf } from "../../support/sample-image.ts";

const BLOB = blobOf(Buffer.from("a layer"));

/** A registry that redirects everything to another server. */
async function withRedirect(
  status: number,
  elsewhere: RequestListener,
  use: (client: RegistryClient) => Promise<void>,
): Promise<void> {
  const store = await listenOnLoopback(createServer(elsewhere));
  const registry = await listenOnLoopback(
    createServer((_, response) =>
      response
        .writeHead(status, { location: `${store.url}/x`, "docker-distribution-api-version": "2" })
        .end(),
    ),
  );
  try {
    const { host } = new URL(registry.url);
    await use(
      new RegistryClient(
        { host, name: "acme/lix", plainHttp: true },
        { credentials: async () => undefined, environment: {}, retryDelayMs: 1 },
      ),
    );
  } finally {
    await Promise.all([registry.close(), store.close()]);
  }
}

const notFound: RequestListener = (_, response) =>
  response.writeHead(404, { "content-type": "application/json" }).end("{}");

test("the 404 of what a 303 leads to is about something else", () =>
  withRedirect(303, notFound, async (client) => {
    await assert.rejects(client.hasBlob(BLOB.digest), { code: "REGISTRY_REFUSED" });
    await assert.rejects(client.headManifest("v1"), { code: "REGISTRY_REFUSED" });
    await assert.rejects(client.getManifest("v1"), { code: "REGISTRY_REFUSED" });
  }));

test("the 404 of a store that a registry redirects to is about the blob", () =>
  withRedirect(307, notFound, async (client) => {
    assert.equal(await client.hasBlob(BLOB.digest), false);
  }));

test("a blob is there whose address in a store is signed for GET alone", () =>
  withRedirect(
    307,
    ({ method }, response) =>
      method === "HEAD" ? response.writeHead(403).end() : response.writeHead(206).end("a"),
    async (client) => {
      assert.equal(await client.hasBlob(BLOB.digest), true);
    },
  ));

for (const status of [403, 404])
  test(`a store that refuses a HEAD, and says ${status} to a GET, has refused`, () =>
    withRedirect(
      307,
      ({ method }, response) => response.writeHead(method === "HEAD" ? 403 : status).end(),
      async (client) => {
        await assert.rejects(client.hasBlob(BLOB.digest), { code: "REGISTRY_DENIED" });
      },
    ));

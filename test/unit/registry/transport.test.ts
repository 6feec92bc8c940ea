import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

const HEADERS = {
  "X-Meta-Tenant": "acme",
  "x-meta-authorization": "a tenant's",
  Authorization: "for the daemon",
  "X-Daemon-Key": "for the daemon",
};

interface Servers {
  readonly client: RegistryClient;
  /** Requests by the server that got them: the registry, or the one that it redirects to. */
  readonly got: Record<"registry" | "elsewhere", IncomingMessage[]>;
}

/** A registry that wants a token of its own, and another server that it sends readers to. */
async function withServers(
  use: (servers: Servers) => Promise<void>,
  tokens: "here" | "elsewhere" = "here",
): Promise<void> {
  const got: Servers["got"] = { registry: [], elsewhere: [] };
  const other = await listenOnLoopback(
    createServer((request, response) => {
      got.elsewhere.push(request);
      if (request.url?.startsWith("/token")) response.end('{"token":"good"}');
      else response.writeHead(404, { "content-type": "application/json" }).end("{}");
    }),
  );
  const realm = tokens === "here" ? "/token" : `${other.url}/token`;
  const registry = await listenOnLoopback(
    createServer((request, response) => {
      got.registry.push(request);
      if (request.url?.startsWith("/token")) response.end('{"token":"good"}');
      else if (request.headers.authorization !== "Bearer good")
        response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
      else response.writeHead(307, { location: other.url }).end();
    }),
  );
  await withTempDir(async (HOME) => {
    await mkdir(join(HOME, ".docker"));
    const { host } = new URL(registry.url);
    const auths = { [host]: { auth: btoa("me:pw") } };
    const config = { HttpHeaders: HEADERS, auths };
    await writeFile(join(HOME, ".docker/config.json"), JSON.stringify(config));
    const address = { host, name: "acme/lix", plainHttp: true };
    const client = new RegistryClient(address, { environment: { HOME } });
    await use({ client, got });
  }).finally(() => Promise.all([registry.close(), other.close()]));
}

test("sends the X-Meta headers of the docker config, to the registry alone", () =>
  withServers(async ({ client, got }) => {
    assert.equal(await client.headManifest("v1"), undefined);
    assert.equal(got.registry.length, 3);
    for (const { headers } of got.registry) {
      assert.equal(headers["x-meta-tenant"], "acme");
      assert.equal(headers["x-daemon-key"], undefined);
    }
    assert.deepEqual(
      got.registry.map(({ headers }) => headers.authorization),
      [undefined, `Basic ${btoa("me:pw")}`, "Bearer good"],
    );
    assert.equal(got.elsewhere.length, 1);
    const names = Object.keys(got.elsewhere[0]?.headers ?? {});
    assert.deepEqual(
      names.filter((name) => name.startsWith("x-") || name === "authorization"),
      [],
    );
  }));

test("a token service elsewhere gets the login, and none of the registry's headers", () =>
  withServers(async ({ client, got }) => {
    assert.equal(await client.headManifest("v1"), undefined);
    const asked = got.elsewhere.find(({ url }) => url?.startsWith("/token"));
    assert.equal(asked?.headers.authorization, `Basic ${btoa("me:pw")}`);
    for (const { headers } of got.elsewhere) assert.equal(headers["x-meta-tenant"], undefined);
  }, "elsewhere"));

test("sends a registry token as it is, and to the registry alone", () =>
  withServers(async ({ client, got }) => {
    const token = { kind: "registry token", token: "good", source: "a test" } as const;
    const mine = new RegistryClient(client.repository, {
      credentials: async () => token,
      environment: {},
    });
    assert.equal(await mine.headManifest("v1"), undefined);
    assert.deepEqual(
      got.registry.map(({ headers }) => headers.authorization),
      [undefined, "Bearer good"],
    );
    assert.equal(got.elsewhere[0]?.headers.authorization, undefined);
  }));

test("a docker config that is broken does not keep a registry that wants no login from use", () =>
  withTempDir(async (HOME) => {
    await mkdir(join(HOME, ".docker"));
    await writeFile(join(HOME, ".docker/config.json"), "hunter2");
    const server = await listenOnLoopback(
      createServer((_, response) => {
        response.writeHead(404, { "content-type": "application/json" }).end("{}");
      }),
    );
    const address = { host: new URL(server.url).host, name: "acme/lix", plainHttp: true };
    const client = new RegistryClient(address, { environment: { HOME } });
    assert.equal(await client.headManifest("v1").finally(server.close), undefined);
  }));

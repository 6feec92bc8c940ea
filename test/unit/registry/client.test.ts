import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import type { FaultAct } from "../../support/http-faults.ts";
import type { Reply } from "../../support/registry-reply.ts";
import { type TestRegistry, withTestRegistry } from "../../support/registry.ts";
import { blobOf, sampleImage } from "../../support/sample-image.ts";

const BLOB = blobOf(Bytes.fromText("some bytes of a layer".repeat(10_000)));
const UPLOADS = /\/blobs\/uploads\//;

const withRegistry = (
  use: (client: RegistryClient, registry: TestRegistry) => Promise<void>,
): Promise<void> => withTestRegistry((registry) => use(clientOf(registry.host), registry));

const clientOf = (host: string, name = "acme/lix"): RegistryClient =>
  new RegistryClient({ host, name, plainHttp: true }, { credentials: async () => undefined });

/** A server that is something else. */
async function withServer(
  listener: RequestListener,
  use: (host: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    await use(`127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("uploads a blob by one POST and one PUT, and asks for no login", () =>
  withRegistry(async (client, registry) => {
    assert.equal(await client.hasBlob(BLOB.digest), false);
    assert.equal(await client.pushBlob(BLOB), "uploaded");
    assert.equal(await client.hasBlob(BLOB.digest), true);
    assert.deepEqual(
      registry.log.map(({ method, status }) => `${method} ${status}`),
      ["HEAD 404", "POST 202", "PUT 201", "HEAD 200"],
    );
  }));

test("reads back what it pushed, and nothing that is damaged", () =>
  withRegistry(async (client, registry) => {
    await client.pushBlob(BLOB);
    const bytes = await Bytes.collect(client.getBlob(BLOB.digest));
    assert.equal(Digest.of(bytes), BLOB.digest);
    const act = { kind: "lie", headers: { "content-length": "3" }, body: "abc" } as const;
    registry.faults.push({ method: "GET", act });
    await assert.rejects(Bytes.collect(client.getBlob(BLOB.digest)), { code: "BLOB_MISMATCH" });
  }));

const CURABLE: readonly (readonly [string, FaultAct])[] = [
  ["a connection that breaks in mid-upload", { kind: "drop", afterBytes: 1000 }],
  ["a 500 after the blob was kept", { kind: "lie", status: 500 }],
  ["a 503 in place of an answer", { kind: "answer", status: 503 }],
  [
    "an upload session that was forgotten",
    { kind: "answer", status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' },
  ],
  [
    "bytes that were damaged on the way, once",
    { kind: "answer", status: 400, body: '{"errors":[{"code":"DIGEST_INVALID"}]}' },
  ],
];
for (const [name, act] of CURABLE)
  test(`starts an upload again after ${name}`, () =>
    withRegistry(async (client, registry) => {
      registry.faults.push({ method: "PUT", path: UPLOADS, act });
      assert.equal(await client.pushBlob(BLOB), "uploaded");
      assert.equal(await client.hasBlob(BLOB.digest), true);
      assert.equal(registry.count("PUT"), act.kind === "lie" ? 1 : 2);
    }));

test("does not start again after a refusal, and says why the registry refused", () =>
  withRegistry(async (client, registry) => {
    const body = '{"errors":[{"code":"SIZE_INVALID","message":"too\\u001b[31m large"}]}';
    registry.faults.push({ method: "PUT", act: { kind: "answer", status: 413, body } });
    await assert.rejects(client.pushBlob(BLOB), (error: Error & { code: string }) => {
      assert.equal(error.code, "REGISTRY_REFUSED");
      assert.match(error.message, /HTTP status 413 \(SIZE_INVALID: too \[31m large\)/);
      return true;
    });
    assert.equal(registry.count("PUT"), 1);
  }));

for (const [name, respell] of [
  ["relative to the host", (location: string) => location],
  ["relative to the request", (location: string) => location.replace(/^.*\/uploads\//, "")],
  ["absolute", (location: string, host: string) => `http://${host}${location}`],
] as const)
  test(`goes to a Location that is ${name}, with its query`, () =>
    withRegistry(async (client, registry) => {
      const change = (reply: Reply): Reply => ({
        ...reply,
        headers: { location: respell(reply.headers?.["location"] ?? "", registry.host) },
      });
      registry.faults.push({ method: "POST", act: { kind: "change", change } });
      assert.equal(await client.pushBlob(BLOB), "uploaded");
      assert.equal(registry.count("POST"), 1);
    }));

test("mounts a blob that another repository has", () =>
  withRegistry(async (client, registry) => {
    await clientOf(registry.host, "base/lix").pushBlob(BLOB);
    assert.equal(await client.pushBlob(BLOB, { mountFrom: "base/lix" }), "mounted");
    assert.equal(await client.hasBlob(BLOB.digest), true);
    assert.equal(registry.count("PUT"), 1);
  }));

for (const [name, act] of [
  ["an upload in its place", undefined],
  ["an error", { kind: "answer", status: 400, body: "{}" }],
  ["a denial", { kind: "answer", status: 401 }],
] as const)
  test(`uploads when a mount is answered by ${name}`, () =>
    withRegistry(async (client, registry) => {
      if (act !== undefined) registry.faults.push({ method: "POST", path: /mount=/, act });
      assert.equal(await client.pushBlob(BLOB, { mountFrom: "not/there" }), "uploaded");
      assert.equal(registry.count("POST"), act === undefined ? 1 : 2);
    }));

test("knows a manifest by tag and by digest, and undefined is a definite no", () =>
  withRegistry(async (client) => {
    const { blobs, root } = sampleImage("a layer");
    for (const blob of blobs) await client.pushBlob(blob);
    assert.equal(await client.headManifest("v1"), undefined);
    assert.equal(await client.getManifest("v1"), undefined);
    await client.putManifest("v1", root);
    const { digest, mediaType } = root;
    assert.deepEqual(await client.headManifest("v1"), {
      digest,
      mediaType,
      size: root.bytes.length,
    });
    const got = await client.getManifest(digest);
    assert.deepEqual(Buffer.from(got?.bytes ?? []), Buffer.from(root.bytes));
    assert.deepEqual(await client.listTags(), ["v1"]);
    await client.deleteTag("v1");
    assert.deepEqual(await client.listTags(), []);
    await client.deleteManifest(digest);
    assert.equal(await client.headManifest(digest), undefined);
    await client.deleteManifest(digest);
  }));

test("finds out a digest that the registry does not tell, and catches one that lies", () =>
  withRegistry(async (client, registry) => {
    const { blobs, root } = sampleImage("a layer");
    for (const blob of blobs) await client.pushBlob(blob);
    await client.putManifest("v1", root);
    const silent = { kind: "lie", headers: { "docker-content-digest": "" } } as const;
    registry.faults.push({ method: "HEAD", act: silent });
    assert.equal((await client.headManifest("v1"))?.digest, root.digest);
    const headers = { "docker-content-digest": Digest.of(Bytes.fromText("something else")) };
    registry.faults.push({ method: "PUT", act: { kind: "lie", headers } });
    await assert.rejects(client.putManifest("v1", root), { code: "REGISTRY_DIGEST_MISMATCH" });
    registry.faults.push({ method: "GET", act: { kind: "lie", body: root.bytes.slice(1) } });
    await assert.rejects(client.getManifest(root.digest), { code: "REGISTRY_DIGEST_MISMATCH" });
  }));

test("lists the tags of all pages", () =>
  withRegistry(async (client, registry) => {
    const { blobs, root } = sampleImage("a layer");
    for (const blob of blobs) await client.pushBlob(blob);
    for (const tag of ["a", "b", "c"]) await client.putManifest(tag, root);
    const first = {
      headers: { link: '</v2/acme/lix/tags/list?n=1000&last=a>; rel="next"' },
      body: '{"tags":["a"]}',
    };
    registry.faults.push({ path: /tags/, act: { kind: "answer", status: 200, ...first } });
    assert.deepEqual(await client.listTags(), ["a", "b", "c"]);
  }));

test("takes half a list of tags for none", () =>
  withRegistry(async (client, registry) => {
    const headers = { link: '</v2/acme/lix/tags/list?last=a>; rel="next"' };
    const body = '{"tags":["a"]}';
    registry.faults.push({ times: Infinity, act: { kind: "answer", status: 200, headers, body } });
    await assert.rejects(client.listTags(), {
      code: "TAG_LIST_INCOMPLETE",
      message: /its next page holds what was there before/,
    });
  }));

test("follows a redirect of a blob, without its login", () =>
  withRegistry(async (_, registry) => {
    const seen: (string | undefined)[] = [];
    await withServer(
      (request, response) => {
        seen.push(request.headers.authorization);
        response.end("a blob");
      },
      async (other) => {
        const location = `http://${other}/storage?signature=1`;
        registry.faults.push(
          { act: { kind: "answer", status: 401, headers: { "www-authenticate": "Basic" } } },
          { act: { kind: "answer", status: 307, headers: { location } } },
        );
        const client = new RegistryClient(
          { host: registry.host, name: "acme/lix", plainHttp: true },
          {
            credentials: async () =>
              ({ kind: "basic", username: "me", password: "pw", source: "a test" }) as const,
          },
        );
        const { digest } = blobOf(Bytes.fromText("a blob"));
        assert.equal(Buffer.from(await Bytes.collect(client.getBlob(digest))).toString(), "a blob");
        assert.deepEqual(seen, [undefined]);
        assert.equal(registry.log.at(-1)?.authorization, "basic");
      },
    );
  }));

test("uploads to another host without the registry's login", () =>
  withRegistry(async (_, registry) => {
    const seen: unknown[] = [];
    await withServer(
      (request, response) => {
        seen.push([request.url, request.headers.authorization]);
        request.resume().once("end", () => response.writeHead(201).end());
      },
      async (other) => {
        const location = `http://${other}/upload?_state=x%2By`;
        registry.faults.push(
          { act: { kind: "answer", status: 401, headers: { "www-authenticate": "Basic" } } },
          { act: { kind: "answer", status: 202, headers: { location } } },
        );
        const client = new RegistryClient(
          { host: registry.host, name: "acme/lix", plainHttp: true },
          {
            credentials: async () =>
              ({ kind: "basic", username: "me", password: "pw", source: "a test" }) as const,
          },
        );
        assert.equal(await client.pushBlob(BLOB), "uploaded");
        const digest = encodeURIComponent(BLOB.digest);
        assert.deepEqual(seen, [[`/upload?_state=x%2By&digest=${digest}`, undefined]]);
      },
    );
  }));

test("a DELETE that is answered with 404 while the manifest stays is a refusal, not a success", () =>
  withRegistry(async (client, registry) => {
    const { root, blobs } = sampleImage("a layer");
    for (const blob of blobs) await client.pushBlob(blob);
    await client.putManifest("v1", root);
    const noRoute = { status: 404, headers: { "content-type": "text/plain" }, body: "not found" };
    registry.faults.push({
      method: "DELETE",
      times: Infinity,
      act: { kind: "answer", ...noRoute },
    });
    await assert.rejects(client.deleteTag("v1"), { code: "REGISTRY_REFUSED", message: /404/ });
    await client.deleteTag("never-there");
  }));

/** Which registries have the referrers API, and how lists are kept under tags where others write, too. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { registryDestination } from "../../../provider/destination/registry.ts";
import type { AttachedManifest } from "../../../provider/formats/oci/image.ts";
import { MediaType } from "../../../provider/formats/oci/media-type.ts";
import { ReferrersIndex } from "../../../provider/formats/oci/referrers-index.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { changeReferrersTag, listReferrers } from "../../../provider/registry/referrers.ts";
import { attachedTo, withAttached } from "../../support/attached.ts";
import { withTestRegistry, type TestRegistry } from "../../support/registry.ts";
import type { Reply } from "../../support/registry-reply.ts";
import { startReplyServer, type ReplyServer } from "../../support/reply-server.ts";
import { sampleImage } from "../../support/sample-image.ts";

const IMAGE = sampleImage("an image");
const SUBJECT = IMAGE.root.digest;
const TAG = ReferrersIndex.tag(SUBJECT);
const documents = (count: number): AttachedManifest[] =>
  Array.from({ length: count }, (_, at) => attachedTo(IMAGE.root, "text/plain", `number ${at}`));

const clientOf = (host: string): RegistryClient =>
  new RegistryClient(
    { host, name: "acme/lix", plainHttp: true },
    { credentials: async () => undefined, environment: {}, retryDelayMs: 1 },
  );

const PATH = `/v2/acme/lix/referrers/${SUBJECT}`;
const page = (digests: readonly string[], link?: string) => ({
  headers: { "content-type": MediaType.index, ...(link === undefined ? {} : { link }) },
  body: JSON.stringify({ schemaVersion: 2, manifests: digests.map((digest) => ({ digest })) }),
});

async function withPages(
  use: (client: RegistryClient, server: ReplyServer) => Promise<void>,
): Promise<void> {
  const server = await startReplyServer();
  try {
    await use(clientOf(new URL(server.url).host), server);
  } finally {
    await server.close();
  }
}

test("all pages of a list are read, and an entry that two of them have counts once", () =>
  withPages(async (client, { replies }) => {
    replies.set(PATH, page(["sha256:a", "sha256:b"], `<${PATH}?page=2>; rel="next"`));
    replies.set(`${PATH}?page=2`, page(["sha256:b", "sha256:c"], `<?page=3>; rel=next`));
    replies.set(`${PATH}?page=3`, page(["sha256:d"]));
    const listed = await client.listReferrers(SUBJECT);
    assert.deepEqual(
      listed?.map(({ digest }) => digest),
      ["sha256:a", "sha256:b", "sha256:c", "sha256:d"],
    );
  }));

test("a page that leads to itself is the last one", () =>
  withPages(async (client, { replies, log }) => {
    replies.set(PATH, page(["sha256:a"], `<${PATH}>; rel="next"`));
    assert.equal((await client.listReferrers(SUBJECT))?.length, 1);
    assert.equal(log.length, 2);
  }));

test("a registry that has moved is followed", () =>
  withPages(async (client, { replies }) => {
    replies.set(PATH, { status: 308, headers: { location: "/v2/moved" } });
    replies.set("/v2/moved", page(["sha256:a"]));
    assert.equal((await client.listReferrers(SUBJECT))?.length, 1);
  }));

const WITHOUT: readonly (readonly [string, Reply])[] = [
  ["404, as distribution", { status: 404 }],
  ["404 in a page", { status: 404, headers: { "content-type": "text/html" }, body: "<html>" }],
  ["405", { status: 405 }],
  ["400", { status: 400 }],
  ["406", { status: 406 }],
  ["303 to a web page, as GHCR", { status: 303, headers: { location: "http://127.0.0.1:9/" } }],
  ["JSON of another kind", { status: 200, body: '{"errors":[]}' }],
  ["no JSON", { status: 200, body: "hello" }],
];
for (const [what, reply] of WITHOUT)
  test(`a registry that answers ${what}, has no referrers API, and the tag has the list`, () =>
    withTestRegistry(async (registry) => {
      registry.faults.push({
        path: /referrers/,
        times: Infinity,
        act: { kind: "answer", ...reply },
      });
      const client = clientOf(registry.host);
      assert.equal(await client.listReferrers(SUBJECT), undefined);
      assert.deepEqual(await listReferrers(client, SUBJECT), []);
      await registryDestination(client).publish(withAttached(IMAGE, "a/b"), { tags: [] });
      assert.equal((await listReferrers(client, SUBJECT))[0]?.artifactType, "a/b");
      assert.equal(registry.count("PUT", /sha256-/), 1);
    }));

for (const status of [401, 403, 429, 503])
  test(`${status} says nothing about referrers, so no list is written`, () =>
    withTestRegistry(async (registry) => {
      const act = { kind: "answer", status } as const;
      registry.faults.push({ path: /referrers/, times: Infinity, act });
      const image = withAttached(IMAGE, "a/b");
      await assert.rejects(
        registryDestination(clientOf(registry.host)).publish(image, { tags: ["v1"] }),
      );
      assert.equal(registry.count("PUT", /sha256-|v1/), 0);
    }));

test("a registry that takes the tag for the digest has no list under it", () =>
  withTestRegistry(
    async (registry) => {
      const client = clientOf(registry.host);
      await registryDestination(client).publish(IMAGE, { tags: [TAG] });
      assert.deepEqual(await listReferrers(client, SUBJECT), []);
    },
    { referrersApi: false },
  ));

const addTo = (client: RegistryClient, attached: AttachedManifest): Promise<void> =>
  changeReferrersTag(client, {
    subject: SUBJECT,
    change: (index) => ReferrersIndex.add(index, [attached]),
    signal: undefined,
  });

/** The manifests are there, and no list. */
async function withDocuments(
  options: { readonly conditionalWrites: boolean; readonly count: number },
  use: (registry: TestRegistry, attached: readonly AttachedManifest[]) => Promise<void>,
): Promise<void> {
  const attached = documents(options.count);
  await withTestRegistry(
    async (registry) => {
      const image = { ...IMAGE, attachments: attached };
      await registryDestination(clientOf(registry.host)).publish(image, { tags: [] });
      registry.store.repository("acme/lix").tags.delete(TAG);
      await use(registry, attached);
    },
    { referrersApi: false, conditionalWrites: options.conditionalWrites },
  );
}

for (const conditionalWrites of [true, false])
  test(`writers at once lose no entry where the registry ${conditionalWrites ? "knows" : "ignores"} If-Match`, () =>
    withDocuments({ conditionalWrites, count: 4 }, async (registry, attached) => {
      // All have read before one writes.
      registry.faults.push({
        method: "PUT",
        path: /sha256-/,
        times: 4,
        act: { kind: "wait", ms: 30 },
      });
      await Promise.all(attached.map((each) => addTo(clientOf(registry.host), each)));
      const listed = await listReferrers(clientOf(registry.host), SUBJECT);
      assert.deepEqual(
        new Set(listed.map(({ digest }) => digest)),
        new Set(attached.map(({ digest }) => digest)),
      );
      assert.equal(listed.length, 4);
    }));

test("a write that comes long after it was read for is refused by If-Match, and done anew on what is there", () =>
  withDocuments({ conditionalWrites: true, count: 2 }, async (registry, [slow, quick]) => {
    assert.ok(slow && quick);
    registry.faults.push({ method: "PUT", path: /sha256-/, act: { kind: "wait", ms: 600 } });
    const late = addTo(clientOf(registry.host), slow);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await addTo(clientOf(registry.host), quick);
    await late;
    assert.equal((await listReferrers(clientOf(registry.host), SUBJECT)).length, 2);
  }));

test("a registry whose ETags never match is written to all the same", () =>
  withDocuments({ conditionalWrites: true, count: 2 }, async (registry, attached) => {
    for (const each of attached) {
      registry.faults.push({
        ...{ method: "GET", path: /sha256-/, times: 20 },
        act: {
          kind: "change",
          change: (reply) => ({ ...reply, headers: { ...reply.headers, etag: '"another"' } }),
        },
      });
      await addTo(clientOf(registry.host), each);
    }
    assert.equal((await listReferrers(clientOf(registry.host), SUBJECT)).length, 2);
  }));

test("a registry that does not keep the tag is an error", () =>
  withDocuments({ conditionalWrites: false, count: 1 }, async (registry, [attached]) => {
    assert.ok(attached);
    const act = { kind: "answer", status: 404 } as const;
    registry.faults.push({ method: "GET", path: /sha256-/, times: Infinity, act });
    await assert.rejects(addTo(clientOf(registry.host), attached), {
      code: "REFERRERS_TAG_NOT_KEPT",
    });
  }));

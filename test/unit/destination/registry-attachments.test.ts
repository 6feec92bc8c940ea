import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManifestWrite } from "../../../provider/destination/destination.ts";
import { registryDestination } from "../../../provider/destination/registry.ts";
import type { Image } from "../../../provider/formats/oci/image.ts";
import { MediaType } from "../../../provider/formats/oci/media-type.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { listReferrers } from "../../../provider/registry/referrers.ts";
import { attachedTo, entryOf, withAttached } from "../../support/attached.ts";
import {
  type TestRegistry,
  type TestRegistryOptions,
  withTestRegistry,
} from "../../support/registry.ts";
import { sampleImage, sampleIndex } from "../../support/sample-image.ts";

const TYPES = ["application/spdx+json", "application/vnd.cyclonedx+json"] as const;
const INDEX = withAttached(
  sampleIndex(sampleImage("for amd64"), sampleImage("for arm64")),
  ...TYPES,
);
const SINGLE = withAttached(sampleImage("alone"), ...TYPES);
const REPOSITORY = "acme/lix";

interface Attaching {
  readonly registry: TestRegistry;
  readonly client: RegistryClient;
  readonly publish: (image?: Image) => Promise<ManifestWrite[]>;
  /** The writes since the last time, as `PUT manifests/latest`. */
  readonly writes: () => string[];
}

const clientOf = ({ host }: TestRegistry): RegistryClient =>
  new RegistryClient(
    { host, name: REPOSITORY, plainHttp: true },
    { credentials: async () => undefined, retryDelayMs: 1 },
  );

const withRegistry = (
  options: TestRegistryOptions,
  use: (attaching: Attaching) => Promise<void>,
): Promise<void> =>
  withTestRegistry(async (registry) => {
    const client = clientOf(registry);
    await use({
      registry,
      client,
      async publish(image = INDEX) {
        const written: ManifestWrite[] = [];
        const onWrite = (write: ManifestWrite): void => void written.push(write);
        await registryDestination(client).publish(image, { tags: ["latest"], onWrite });
        return written;
      },
      writes: () =>
        registry.log
          .splice(0)
          .filter(({ method }) => method !== "GET" && method !== "HEAD")
          .map(({ method, path }) => `${method} ${path.replace(/^\/v2\/acme\/lix\//, "")}`)
          .filter((line) => line.includes("manifests/")),
    });
  }, options);

const digestsOf = (image: Image): string[] => (image.attachments ?? []).map(({ digest }) => digest);
const tagOf = ({ root }: Image): string => root.digest.replace(":", "-");

/** The index that stands under the fallback tag of the root. */
function heldIndex({ store }: TestRegistry, image: Image): { manifests: object[] } {
  const { manifests, tags } = store.repository(REPOSITORY);
  const held = manifests.get(tags.get(tagOf(image)) ?? "");
  return JSON.parse(Buffer.from(held?.bytes ?? "{}").toString());
}

function holdIndex({ store }: TestRegistry, image: Image, index: object, mediaType: string): void {
  const { manifests, tags } = store.repository(REPOSITORY);
  manifests.set("sha256:theirs", { mediaType, bytes: Buffer.from(JSON.stringify(index)) });
  tags.set(tagOf(image), "sha256:theirs");
}

for (const referrersApi of [true, false])
  test(`what is attached is listed for index and platforms, ${referrersApi ? "by the API" : "under the tag"}`, () =>
    withRegistry({ referrersApi }, async ({ client, publish }) => {
      await publish();
      for (const manifest of [INDEX.root, ...INDEX.children]) {
        const expected = TYPES.map((type) => entryOf(attachedTo(manifest, type)));
        const listed = await listReferrers(client, manifest.digest);
        const byDigest = new Map(listed.map((entry) => [entry.digest, entry]));
        assert.equal(listed.length, expected.length);
        for (const entry of expected) assert.deepEqual(byDigest.get(entry.digest), entry);
        assert.equal(
          (await client.headManifest(String(expected[0]?.digest)))?.size,
          expected[0]?.size,
        );
      }
    }));

for (const referrersApi of [true, false])
  test(`what is there is not written again, ${referrersApi ? "by the API" : "under the tag"}`, () =>
    withRegistry({ referrersApi }, async ({ registry, publish, writes }) => {
      const first = await publish(SINGLE);
      assert.deepEqual(
        new Set(first.map(({ reference }) => reference)),
        new Set([SINGLE.root.digest, "latest", ...digestsOf(SINGLE)]),
      );
      writes();
      assert.deepEqual(await publish(SINGLE), []);
      assert.deepEqual(writes(), []);
      const [lost = ""] = digestsOf(SINGLE);
      registry.store.repository(REPOSITORY).manifests.delete(lost);
      assert.deepEqual(await publish(SINGLE), [{ reference: lost, before: undefined }]);
      assert.deepEqual(writes(), [`PUT manifests/${lost}`]);
    }));

test("tags come last, after all manifests and what is attached to them", () =>
  withRegistry({ referrersApi: false }, async ({ publish, writes }) => {
    await publish();
    const lines = writes();
    const at = (name: string): number => lines.indexOf(`PUT manifests/${name}`);
    assert.equal(at("latest"), lines.length - 1);
    for (const { subject, digest } of INDEX.attachments ?? []) {
      assert.ok(at(subject) < at(digest), lines.join("\n"));
      assert.ok(at(digest) < at(subject.replace(":", "-")), lines.join("\n"));
    }
  }));

test("a list that lost its tag gets it back, and nothing else is sent", () =>
  withRegistry({ referrersApi: false }, async ({ registry, publish, writes }) => {
    await publish(SINGLE);
    registry.store.repository(REPOSITORY).tags.delete(tagOf(SINGLE));
    writes();
    const written = await publish(SINGLE);
    assert.deepEqual(
      written.map(({ reference }) => reference),
      digestsOf(SINGLE),
    );
    assert.deepEqual(writes(), [`PUT manifests/${tagOf(SINGLE)}`]);
  }));

test("the entries of others stay as they are, with fields that we do not know", () =>
  withRegistry({ referrersApi: false }, async ({ registry, publish }) => {
    const { root } = sampleImage("theirs");
    registry.store.repository(REPOSITORY).manifests.set(root.digest, root);
    const theirs = [
      {
        digest: root.digest,
        size: root.bytes.length,
        artifactType: "their/type",
        x: [{ y: null }],
      },
    ];
    const index = { schemaVersion: 2, custom: { kept: 1.5 }, manifests: theirs };
    holdIndex(registry, SINGLE, index, MediaType.index);
    await publish(SINGLE);
    const ours = (SINGLE.attachments ?? []).map(entryOf);
    assert.deepEqual(heldIndex(registry, SINGLE), {
      ...index,
      mediaType: MediaType.index,
      manifests: [...theirs, ...ours],
    });
  }));

test("entries of manifests that the registry has lost do not keep ours from being listed", () =>
  withRegistry({ referrersApi: false }, async ({ registry, publish }) => {
    const lost = { digest: sampleImage("lost").root.digest, size: 3, artifactType: "a/b" };
    const index = { schemaVersion: 2, manifests: [lost] };
    holdIndex(registry, SINGLE, index, MediaType.index);
    await publish(SINGLE);
    const { manifests } = heldIndex(registry, SINGLE);
    assert.deepEqual(manifests, (SINGLE.attachments ?? []).map(entryOf));
  }));

test("an entry for ours without its artifactType is corrected, not doubled", () =>
  withRegistry({ referrersApi: false }, async ({ registry, publish }) => {
    await publish(SINGLE);
    const { manifests } = heldIndex(registry, SINGLE);
    const careless = manifests.map((entry) => ({ ...entry, artifactType: MediaType.empty }));
    const index = { schemaVersion: 2, manifests: careless };
    holdIndex(registry, SINGLE, index, MediaType.index);
    await publish(SINGLE);
    assert.deepEqual(heldIndex(registry, SINGLE).manifests, manifests);
  }));

const FOREIGN: readonly (readonly [string, object, string])[] = [
  ["an image", { schemaVersion: 2, config: {}, layers: [] }, MediaType.manifest],
  [
    "a list of Docker's",
    { schemaVersion: 2, mediaType: MediaType.dockerList, manifests: [] },
    MediaType.dockerList,
  ],
  ["an index without a list", { schemaVersion: 2, mediaType: MediaType.index }, MediaType.index],
  ["no document of OCI's", { hello: "world" }, MediaType.index],
];
for (const [what, document, mediaType] of FOREIGN)
  test(`${what} under the tag of the list is an error, stays there, and no tag of the image moves`, () =>
    withRegistry({ referrersApi: false }, async ({ registry, publish }) => {
      holdIndex(registry, SINGLE, document, mediaType);
      await assert.rejects(publish(SINGLE), {
        code: "REFERRERS_TAG_FOREIGN",
        message: `${registry.host}/${REPOSITORY}:${tagOf(SINGLE)}: expected an OCI index of referrers; got something else`,
      });
      const { tags } = registry.store.repository(REPOSITORY);
      assert.deepEqual([...tags], [[tagOf(SINGLE), "sha256:theirs"]]);
    }));

test("a registry that got the API later is sent the manifests that it does not list", () =>
  withRegistry({}, async ({ registry, publish, writes }) => {
    await publish(SINGLE);
    writes();
    const empty = JSON.stringify({ schemaVersion: 2, manifests: null });
    const headers = { "content-type": MediaType.index };
    const act = { kind: "answer", status: 200, headers, body: empty } as const;
    registry.faults.push({ method: "GET", path: /referrers/, act });
    await publish(SINGLE);
    assert.deepEqual(
      writes(),
      digestsOf(SINGLE).map((digest) => `PUT manifests/${digest}`),
    );
  }));

test("a registry that never lists what it took is an error, and no tag moves", () =>
  withRegistry({}, async ({ registry, publish }) => {
    const body = JSON.stringify({ schemaVersion: 2, manifests: [] });
    const act = { kind: "answer", status: 200, body } as const;
    registry.faults.push({ method: "GET", path: /referrers/, times: Infinity, act });
    await assert.rejects(publish(SINGLE), { code: "REFERRER_NOT_LISTED" });
    assert.equal(registry.store.repository(REPOSITORY).tags.size, 0);
  }));

test("a registry that refuses the artifact gets no tag", () =>
  withRegistry({}, async ({ registry, publish }) => {
    const body = '{"errors":[{"code":"MANIFEST_INVALID","message":"unknown config"}]}';
    const act = { kind: "answer", status: 400, body } as const;
    const [first = ""] = digestsOf(SINGLE);
    registry.faults.push({ method: "PUT", path: new RegExp(first), times: Infinity, act });
    await assert.rejects(publish(SINGLE), {
      code: "REFERRER_REFUSED",
      message: /putting manifest sha256:.*unknown config.* \(application\/spdx\+json\)$/,
    });
    assert.equal(registry.store.repository(REPOSITORY).tags.size, 0);
  }));

test("a registry that refuses the list of what is attached gets no tag of the image, and the error says what it is for", () =>
  withRegistry({ referrersApi: false }, async ({ registry, publish }) => {
    const act = { kind: "answer", status: 405, body: "" } as const;
    const path = new RegExp(`manifests/${tagOf(SINGLE)}$`);
    registry.faults.push({ method: "PUT", path, times: Infinity, act });
    await assert.rejects(publish(SINGLE), {
      code: "REFERRER_REFUSED",
      message:
        /putting manifest sha256-.* \(application\/spdx\+json, application\/vnd.cyclonedx\+json\)$/,
    });
    assert.equal(registry.store.repository(REPOSITORY).tags.size, 0);
  }));

/** What holds for every place that images go to. @module */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Bytes } from "../../provider/base/bytes.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import type { Destination } from "../../provider/destination/destination.ts";
import { ociLayoutDestination, readOciLayout } from "../../provider/destination/oci-layout.ts";
import { registryDestination } from "../../provider/destination/registry.ts";
import type { Digest } from "../../provider/oci/digest.ts";
import type { Image } from "../../provider/oci/image.ts";
import type { Blob } from "../../provider/oci/layer.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import { startRegistry } from "../support/registry.ts";
import { blobOf, sampleImage, sampleIndex } from "../support/sample-image.ts";

interface Place {
  readonly destination: Destination;
  /** What a tag points to. */
  readonly tagged: (tag: string) => Promise<Digest | undefined>;
  /** The bytes of a blob, as a reader gets them. */
  readonly read: (digest: Digest) => Promise<Uint8Array>;
}

const PLACES: Record<string, (use: (place: Place) => Promise<void>) => Promise<void>> = {
  "a registry": async (use) => {
    const registry = await startRegistry();
    const repository = { host: registry.host, name: "acme/lix", plainHttp: true };
    const client = new RegistryClient(repository, { credentials: async () => undefined });
    try {
      await use({
        destination: registryDestination(client),
        tagged: async (tag) => (await client.headManifest(tag))?.digest,
        read: (digest) => Bytes.collect(client.getBlob(digest)),
      });
    } finally {
      await registry.close();
    }
  },
  "an OCI layout": (use) =>
    withTempDir((folder) =>
      use({
        destination: ociLayoutDestination(folder),
        tagged: async (tag) =>
          (await readOciLayout(folder, tag).catch(() => undefined))?.root.digest,
        read: async (digest) => Bytes.collect((await readOciLayout(folder)).getBlob(digest)),
      }),
    ),
};

const IMAGE = sampleImage("one layer", "another layer");

for (const [name, withPlace] of Object.entries(PLACES))
  describe(name, () => {
    test("lacks everything before, and nothing after, an image is published", () =>
      withPlace(async ({ destination, tagged }) => {
        const digests = IMAGE.blobs.map(({ digest }) => digest);
        assert.deepEqual(await destination.missing(digests), new Set(digests));
        await destination.publish(IMAGE, { tags: ["v1", "latest"] });
        assert.deepEqual(await destination.missing(digests), new Set());
        assert.equal(await tagged("v1"), IMAGE.root.digest);
        assert.equal(await tagged("latest"), IMAGE.root.digest);
      }));

    test("gives back the bytes it was given", () =>
      withPlace(async ({ destination, read }) => {
        await destination.publish(IMAGE, { tags: ["v1"] });
        for (const { digest, open } of IMAGE.blobs)
          assert.deepEqual(
            Buffer.from(await read(digest)),
            Buffer.from(await Bytes.collect(open())),
          );
      }));

    test("is sent each blob once, and none when the same image comes again", () =>
      withPlace(async ({ destination }) => {
        const first = await destination.publish(IMAGE, { tags: ["v1"] });
        assert.deepEqual(
          first.uploaded,
          IMAGE.blobs.map(({ digest, size }) => ({ digest, size })),
        );
        const again = await destination.publish(unreadable(IMAGE), { tags: ["v1"] });
        assert.deepEqual(again.uploaded, []);
        assert.deepEqual(
          again.reused,
          IMAGE.blobs.map(({ digest }) => digest),
        );
      }));

    test("is sent only what changed", () =>
      withPlace(async ({ destination, tagged }) => {
        await destination.publish(IMAGE, { tags: ["v1"] });
        const changed = sampleImage("one layer", "a changed layer");
        const report = await destination.publish(changed, { tags: ["v1"] });
        const [config, , layer] = changed.blobs;
        assert.deepEqual(
          report.uploaded.map(({ digest }) => digest),
          [config?.digest, layer?.digest],
        );
        assert.equal(await tagged("v1"), changed.root.digest);
      }));

    test("has no tag on an image with a damaged blob", () =>
      withPlace(async ({ destination, tagged }) => {
        const whole = await Bytes.collect(IMAGE.blobs[1]?.open() ?? Bytes.of());
        const flipped = whole.with(-1, (whole.at(-1) ?? 0) ^ 1);
        for (const bytes of [whole.subarray(1), flipped, Buffer.concat([whole, whole])]) {
          const damaged = withBlob(IMAGE, 1, () => Bytes.of(bytes));
          await assert.rejects(destination.publish(damaged, { tags: ["v1"] }), {
            code: "BLOB_MISMATCH",
          });
          assert.equal(await tagged("v1"), undefined);
          const { digest } = IMAGE.blobs[1] ?? blobOf(new Uint8Array());
          assert.deepEqual(await destination.missing([digest]), new Set([digest]));
        }
      }));

    test("keeps its tags when a new image cannot be read to its end", () =>
      withPlace(async ({ destination, tagged }) => {
        await destination.publish(IMAGE, { tags: ["v1"] });
        const trouble = new Error("the cache went away");
        const broken = withBlob(sampleImage("other", "layers"), 2, async function* () {
          yield Bytes.fromText("a beginning");
          throw trouble;
        });
        await assert.rejects(destination.publish(broken, { tags: ["v1"] }), trouble);
        assert.equal(await tagged("v1"), IMAGE.root.digest);
      }));

    test("stops at an abort, with its reason, and tags nothing", () =>
      withPlace(async ({ destination, tagged }) => {
        const abort = new AbortController();
        const reason = new Error("the user pressed ^C");
        const endless = withBlob(IMAGE, 1, async function* () {
          yield Bytes.fromText("a beginning");
          abort.abort(reason);
          await new Promise((resolve) => setTimeout(resolve, 50));
          yield Bytes.fromText("an end");
        });
        const { signal } = abort;
        await assert.rejects(destination.publish(endless, { tags: ["v1"], signal }), reason);
        assert.equal(await tagged("v1"), undefined);
      }));

    test("holds an index with all its images", () =>
      withPlace(async ({ destination, tagged }) => {
        const index = sampleIndex(IMAGE, sampleImage("one layer", "for arm"));
        const report = await destination.publish(index, { tags: ["v1"] });
        assert.equal(report.uploaded.length, index.blobs.length);
        assert.equal(await tagged("v1"), index.root.digest);
      }));

    test("keeps other tags where they are", () =>
      withPlace(async ({ destination, tagged }) => {
        const other = sampleImage("something else");
        await destination.publish(IMAGE, { tags: ["v1"] });
        await destination.publish(other, { tags: ["v2"] });
        assert.equal(await tagged("v1"), IMAGE.root.digest);
        assert.equal(await tagged("v2"), other.root.digest);
      }));

    test("believes what the caller was told a moment ago", () =>
      withPlace(async ({ destination }) => {
        await destination.publish(IMAGE, { tags: ["v1"] });
        const options = { tags: ["v2"], missing: new Set<Digest>() };
        const report = await destination.publish(unreadable(IMAGE), options);
        assert.deepEqual(report.uploaded, []);
      }));
  });

/** The same image, whose blobs must not be opened. */
const unreadable = (image: Image): Image => ({
  ...image,
  blobs: image.blobs.map((blob) => ({
    ...blob,
    open: () => assert.fail(`${blob.digest} was opened`),
  })),
});

const withBlob = (image: Image, index: number, open: Blob["open"]): Image => ({
  ...image,
  blobs: image.blobs.map((blob, at) => (at === index ? { ...blob, open } : blob)),
});

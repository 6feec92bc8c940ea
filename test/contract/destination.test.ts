/** What holds for every place that images go to. @module */
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Bytes } from "../../provider/base/bytes.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { readHead } from "../../provider/destination/archive-file.ts";
import type { Destination } from "../../provider/destination/destination.ts";
import { dockerArchiveDestination } from "../../provider/destination/docker-archive.ts";
import { ociArchiveDestination } from "../../provider/destination/oci-archive.ts";
import { formatIndex, parseIndex, REF_NAME } from "../../provider/destination/oci-index.ts";
import { ociLayoutDestination, readOciLayout } from "../../provider/destination/oci-layout.ts";
import { registryDestination } from "../../provider/destination/registry.ts";
import type { Digest } from "../../provider/formats/oci/digest.ts";
import type { Image } from "../../provider/formats/oci/image.ts";
import type { Blob } from "../../provider/formats/oci/layer.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import { withDockerRegistry, type Distribution } from "../support/docker-registry.ts";
import { needs, PEERS } from "../support/peers.ts";
import { tarFiles } from "../support/tar-files.ts";
import { startRegistry } from "../support/registry.ts";
import { blobOf, sampleImage, sampleIndex } from "../support/sample-image.ts";

interface Place {
  readonly destination: Destination;
  /** What a tag points to. */
  readonly tagged: (tag: string) => Promise<Digest | undefined>;
  /** The bytes of a blob, as a reader gets them. Undefined: it has them in another form. */
  readonly read: ((digest: Digest) => Promise<Uint8Array>) | undefined;
  /** A file of one image, written whole or not at all. */
  readonly isFile?: boolean;
}

/** A docker archive knows configs only; the test tells its images apart by them. */
const rootOf = (config: string): Digest | undefined =>
  [IMAGE, OTHER, CHANGED].find(({ blobs }) => blobs[0]?.digest === `sha256:${config}`)?.root.digest;

const inFile = (
  name: string,
  use: (place: Place) => Promise<void>,
  placeOf: (file: string) => Omit<Place, "isFile">,
): Promise<void> => withTempDir((folder) => use({ ...placeOf(join(folder, name)), isFile: true }));

const dockerArchive =
  (name: string) =>
  (use: (place: Place) => Promise<void>): Promise<void> =>
    inFile(name, use, (file) => ({
      destination: dockerArchiveDestination(file, "acme/lix"),
      tagged: async (tag) => {
        const text = await readHead(file, "manifest.json");
        const [{ RepoTags, Config }] = JSON.parse(text ?? '[{ "RepoTags": [] }]');
        return RepoTags.includes(`acme/lix:${tag}`) ? rootOf(Config.slice(0, 64)) : undefined;
      },
      read: undefined,
    }));

function placeIn(host: string): Place {
  const repository = { host, name: "acme/lix", plainHttp: true };
  const client = new RegistryClient(repository, { credentials: async () => undefined });
  return {
    destination: registryDestination(client),
    tagged: async (tag) => (await client.headManifest(tag))?.digest,
    read: (digest) => Bytes.collect(client.getBlob(digest)),
  };
}

const distribution =
  (program: Distribution) =>
  (use: (place: Place) => Promise<void>): Promise<void> =>
    withDockerRegistry({ program }, (host) => use(placeIn(host)));

const PLACES: Record<string, (use: (place: Place) => Promise<void>) => Promise<void>> = {
  "the registry of the tests": async (use) => {
    const registry = await startRegistry();
    await use(placeIn(registry.host)).finally(() => registry.close());
  },
  "docker-registry": distribution("docker-registry"),
  registry: distribution("registry"),
  "an OCI layout": (use) =>
    withTempDir((folder) =>
      use({
        destination: ociLayoutDestination(folder),
        tagged: async (tag) =>
          (await readOciLayout(folder, tag).catch(() => undefined))?.root.digest,
        read: async (digest) => Bytes.collect((await readOciLayout(folder)).getBlob(digest)),
      }),
    ),
  "an OCI layout in one file": (use) =>
    inFile("image.tar", use, (file) => ({
      destination: ociArchiveDestination(file),
      tagged: async (tag) => {
        const index = parseIndex((await readHead(file, "index.json")) ?? formatIndex([]));
        return index.manifests.find(({ annotations }) => annotations?.[REF_NAME] === tag)?.digest;
      },
      read: async (digest) => {
        const files = await tarFiles(createReadStream(file));
        return files.get(`blobs/sha256/${digest.slice(7)}`) ?? assert.fail(`no ${digest}`);
      },
    })),
  "a docker archive": dockerArchive("image.tar"),
  "a compressed docker archive": dockerArchive("image.tar.gz"),
};

const IMAGE = sampleImage("one layer", "another layer");
const CHANGED = sampleImage("one layer", "a changed layer");
const OTHER = sampleImage("something else");

/** The same question that publishing asks. */
const missingBlobs = async (
  { holds, missing }: Destination,
  { root, blobs }: Image,
): Promise<ReadonlySet<Digest>> =>
  (await holds(root.digest)) ? new Set() : missing(blobs.map(({ digest }) => digest));

for (const [name, withPlace] of Object.entries(PLACES))
  describe(name, { skip: PEERS.some((peer) => peer.name === name) && needs(name) }, () => {
    test("lacks everything before an image is published, and nothing after", () =>
      withPlace(async ({ destination, tagged }) => {
        const digests = IMAGE.blobs.map(({ digest }) => digest);
        assert.deepEqual(await missingBlobs(destination, IMAGE), new Set(digests));
        await destination.publish(IMAGE, { tags: ["v1", "latest"] });
        assert.deepEqual(await missingBlobs(destination, IMAGE), new Set());
        assert.equal(await tagged("v1"), IMAGE.root.digest);
        assert.equal(await tagged("latest"), IMAGE.root.digest);
      }));

    test("gives back the bytes it was given", () =>
      withPlace(async ({ destination, read }) => {
        if (read === undefined) return;
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

    test("is sent only what changed, or all of it if it is a file", () =>
      withPlace(async ({ destination, tagged, isFile }) => {
        await destination.publish(IMAGE, { tags: ["v1"] });
        const report = await destination.publish(CHANGED, { tags: ["v1"] });
        const [config, kept, layer] = CHANGED.blobs;
        assert.deepEqual(
          report.uploaded.map(({ digest }) => digest),
          [config?.digest, ...(isFile === true ? [kept?.digest] : []), layer?.digest],
        );
        assert.equal(await tagged("v1"), CHANGED.root.digest);
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
        const broken = withBlob(CHANGED, 2, async function* () {
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

    test("holds an index with all its images, or reports that it cannot", () =>
      withPlace(async ({ destination, tagged, read }) => {
        const index = sampleIndex(IMAGE, sampleImage("one layer", "for arm"));
        if (read === undefined) {
          const refused = destination.publish(index, { tags: ["v1"] });
          await assert.rejects(refused, { code: "ONE_PLATFORM_ONLY" });
          return;
        }
        const report = await destination.publish(index, { tags: ["v1"] });
        assert.equal(report.uploaded.length, index.blobs.length);
        assert.equal(await tagged("v1"), index.root.digest);
      }));

    test("keeps other tags where they are; a file has one image", () =>
      withPlace(async ({ destination, tagged, isFile }) => {
        await destination.publish(IMAGE, { tags: ["v1"] });
        await destination.publish(OTHER, { tags: ["v2"] });
        assert.equal(await tagged("v1"), isFile === true ? undefined : IMAGE.root.digest);
        assert.equal(await tagged("v2"), OTHER.root.digest);
      }));

    test("believes what the caller found out a moment ago", () =>
      withPlace(async ({ destination, tagged }) => {
        await destination.publish(IMAGE, { tags: ["v1"] });
        const options = { tags: ["v2"], missing: new Set<Digest>() };
        const report = await destination.publish(unreadable(IMAGE), options);
        assert.deepEqual(report.uploaded, []);
        assert.equal(await tagged("v2"), IMAGE.root.digest);
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

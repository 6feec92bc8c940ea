import assert from "node:assert/strict";
import { test } from "node:test";
import { imageConfig } from "../../../../provider/formats/oci/config.ts";
import type { ContainerConfig } from "../../../../provider/formats/oci/container-config.ts";
import type { Descriptor } from "../../../../provider/formats/oci/descriptor.ts";
import { DiffId, Digest } from "../../../../provider/formats/oci/digest.ts";
import { imageIndex, imageManifest } from "../../../../provider/formats/oci/manifest.ts";
import { MediaType } from "../../../../provider/formats/oci/media-type.ts";
import { platformOf } from "../../../../provider/formats/oci/platform.ts";
import { readImage } from "../../../../provider/formats/oci/read-image.ts";
import { BlobMismatch } from "../../../../provider/formats/oci/verified-blob.ts";
import { compareImages } from "../../../../provider/formats/oci/compare-images.ts";

const CONFIG: ContainerConfig = { Env: ["A=1"], Cmd: ["bash"], Labels: { a: "1", b: "2" } };
/** `contents/compressor` names a layer. */
const layer = (name: string) => ({
  diffId: DiffId.parse(Digest.of(Buffer.from(name.split("/")[0] ?? ""))),
  digest: Digest.of(Buffer.from(`blob ${name}`)),
  size: 100,
  mediaType: MediaType.layerGzip,
});

/** Makes images and keeps their documents, as a registry does. */
function registry() {
  const documents = new Map<Digest, Uint8Array>();
  const keep = (mediaType: string, bytes: Uint8Array): Descriptor => {
    documents.set(Digest.of(bytes), bytes);
    return { mediaType, digest: Digest.of(bytes), size: bytes.length };
  };
  return {
    documents,
    keep,
    push(names: readonly string[], config = CONFIG, system = "x86_64-linux") {
      const layers = names.map(layer);
      const platform = platformOf(system);
      const bytes = imageConfig({ platform, config, layers: layers.map((each) => each.diffId) });
      const manifest = imageManifest({ config: keep(MediaType.config, bytes), layers });
      return { ...keep(manifest.mediaType, manifest.bytes), platform };
    },
    fetch: async ({ digest }: Descriptor) => documents.get(digest) ?? new Uint8Array(),
  };
}

async function compare(expected: Parameters<ReturnType<typeof registry>["push"]>, got = expected) {
  const { push, fetch } = registry();
  const [ours, theirs] = [push(...expected), push(...got)];
  return compareImages(await readImage(ours, fetch), await readImage(theirs, fetch));
}

test("reads an image back down to its layers' diffIds", async () => {
  const { push, fetch } = registry();
  const root = push(["a", "b"]);
  const [image, ...more] = await readImage(root, fetch);
  assert.deepEqual(more, []);
  assert.deepEqual(image?.diffIds, [layer("a").diffId, layer("b").diffId]);
  assert.deepEqual(
    image?.layers.map((each) => each.digest),
    [layer("a").digest, layer("b").digest],
  );
  assert.deepEqual(image?.config, CONFIG);
  assert.equal(image?.digest, root.digest);
});

test("reads every platform of an index, and skips entries that are no images", async () => {
  const { push, keep, fetch } = registry();
  const attestation = {
    ...keep("application/vnd.oci.image.manifest.v1+json", Buffer.from("{}")),
    platform: { architecture: "unknown", os: "unknown" },
  };
  const arm = push(["a"], CONFIG, "aarch64-linux");
  const index = imageIndex({ manifests: [push(["a"]), arm, attestation] });
  const images = await readImage(keep(index.mediaType, index.bytes), fetch);
  assert.deepEqual(
    images.map((image) => image.platform.architecture),
    ["amd64", "arm64"],
  );
});

test("refuses a document that does not match its digest", async () => {
  const { push, documents, fetch } = registry();
  const root = push(["a"]);
  documents.set(root.digest, Buffer.from("{}"));
  await assert.rejects(readImage(root, fetch), BlobMismatch);
});

test("refuses a document whose size is not that of its descriptor", async () => {
  const { push, fetch } = registry();
  const root = push(["a"]);
  await assert.rejects(readImage({ ...root, size: root.size + 1 }, fetch), BlobMismatch);
});

test("a config with more or fewer diffIds than there are layers is refused", async () => {
  const { keep, fetch } = registry();
  const bytes = imageConfig({ platform: platformOf("x86_64-linux"), config: CONFIG, layers: [] });
  const manifest = imageManifest({ config: keep(MediaType.config, bytes), layers: [layer("a")] });
  const root = keep(manifest.mediaType, manifest.bytes);
  await assert.rejects(readImage(root, fetch), { code: "IMAGE_INCONSISTENT" });
});

test("an image equals itself", async () => {
  assert.deepEqual(await compare([["a", "b"]]), []);
});

test("a difference in compression is not reported as a difference in contents", async () => {
  const differences = await compare([["a", "b", "c"]], [["a/zlib-ng", "b", "x"]]);
  assert.deepEqual(differences, [
    {
      where: "linux/amd64: layer 0",
      expected: layer("a").digest,
      got: layer("a/zlib-ng").digest,
      onlyCompression: true,
    },
    {
      where: "linux/amd64: layer 2",
      expected: layer("c").diffId,
      got: layer("x").diffId,
      onlyCompression: false,
    },
  ]);
});

test("missing, extra and moved layers are named by their place", async () => {
  const where = async (...names: readonly string[]) =>
    (await compare([["a", "b"]], [names])).map((each) => each.where);
  assert.deepEqual(await where("a"), ["linux/amd64: layer 1"]);
  assert.deepEqual(await where("a", "b", "c"), ["linux/amd64: layer 2"]);
  assert.deepEqual(await where("b", "a"), ["linux/amd64: layer 0", "linux/amd64: layer 1"]);
});

test("every difference of the config is named", async () => {
  const other = { Env: ["A=2"], Cmd: ["sh"], Labels: { a: "1", b: "3", c: "4" } };
  const differences = await compare([["a"]], [["a"], other]);
  assert.deepEqual(
    differences.map((each) => [each.where, each.expected, each.got]),
    [
      ["linux/amd64: label b", "2", "3"],
      ["linux/amd64: label c", "nothing", "4"],
      ["linux/amd64: Env", '["A=1"]', '["A=2"]'],
      ["linux/amd64: Cmd", '["bash"]', '["sh"]'],
    ],
  );
});

test("an image for another platform is missing, not different", async () => {
  const differences = await compare([["a"]], [["a"], CONFIG, "aarch64-linux"]);
  assert.deepEqual(
    differences.map((each) => [each.where, each.got]),
    [
      ["linux/amd64", "nothing"],
      ["linux/arm64", "an image"],
    ],
  );
});

test("reports a config that differs only in fields that we do not know", async () => {
  const { push, keep, documents, fetch } = registry();
  const ours = push(["a"]);
  const bytes = imageConfig({
    platform: ours.platform,
    config: CONFIG,
    layers: [layer("a").diffId],
  });
  const dated = Buffer.from(Buffer.from(bytes).toString().replace("0001-01-01", "2026-01-01"));
  assert.ok(documents.has(Digest.of(bytes)));
  const manifest = imageManifest({ config: keep(MediaType.config, dated), layers: [layer("a")] });
  const theirs = keep(manifest.mediaType, manifest.bytes);
  const differences = compareImages(await readImage(ours, fetch), await readImage(theirs, fetch));
  assert.deepEqual(
    differences.map((each) => each.where),
    ["linux/amd64: config"],
  );
});

/** Docker archives as others write them. @module */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { Bytes } from "../../../provider/base/bytes.ts";
import { LixImageError } from "../../../provider/base/errors.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import {
  readDockerArchive,
  type DockerArchiveImage,
} from "../../../provider/destination/read-docker-archive.ts";
import { withTarFile } from "../../../provider/destination/tar-file.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { mutated } from "../../support/mutated.ts";
import { tarOf, type TarPart } from "../../support/tar.ts";

const LAYERS = ["one layer", "another layer"];
const digestOf = (text: string): Digest => Digest.of(Bytes.fromText(text));
const DIFF_IDS = LAYERS.map(digestOf);
const CONFIG = JSON.stringify({
  architecture: "amd64",
  os: "linux",
  config: { Cmd: ["bash"] },
  rootfs: { type: "layers", diff_ids: DIFF_IDS },
});
const HEX = Digest.hex(digestOf(CONFIG));
const NAMES = ["acme/lix:v1", "acme/lix:latest"];

const manifestJson = (
  config: string,
  layers: readonly string[],
  tags: unknown = NAMES,
): TarPart => ({
  name: "manifest.json",
  contents: JSON.stringify([{ Config: config, RepoTags: tags, Layers: layers }]),
});

const [ONE = "", OTHER = ""] = LAYERS;

/** By who writes them so. */
const SHAPES: Readonly<Record<string, readonly TarPart[]>> = {
  "lix-image, manifest first": [
    manifestJson(`${HEX}.json`, ["1.tar", "2.tar"]),
    { name: `${HEX}.json`, contents: CONFIG },
    { name: "1.tar", contents: ONE },
    { name: "2.tar", contents: OTHER },
  ],
  "docker 20, manifest last, a shared layer as a link": [
    { name: "aaa/", type: "5" },
    { name: "aaa/VERSION", contents: "1.0" },
    { name: "aaa/layer.tar", type: "2", target: "../bbb/layer.tar" },
    { name: "bbb/", type: "5" },
    { name: "bbb/layer.tar", contents: ONE },
    { name: "ccc/layer.tar", contents: OTHER },
    { name: `${HEX}.json`, contents: CONFIG },
    manifestJson(`${HEX}.json`, ["aaa/layer.tar", "ccc/layer.tar"]),
    { name: "repositories", contents: "{}" },
  ],
  "docker 25, an OCI layout besides": [
    { name: `blobs/sha256/${HEX}`, contents: CONFIG },
    { name: "blobs/sha256/1", contents: ONE },
    { name: "blobs/sha256/2", contents: OTHER },
    { name: "index.json", contents: "{}" },
    manifestJson(`blobs/sha256/${HEX}`, ["blobs/sha256/1", "blobs/sha256/2"]),
  ],
  "crane, compressed layers": [
    { name: `sha256:${HEX}`, contents: CONFIG },
    { name: "1.tar.gz", contents: gzipSync(ONE) },
    { name: "2.tar.gz", contents: zstdCompressSync(OTHER) },
    manifestJson(`sha256:${HEX}`, ["1.tar.gz", "2.tar.gz"]),
  ],
};

const withArchive = <T>(
  bytes: Uint8Array,
  use: (image: DockerArchiveImage) => Promise<T>,
  reference?: string,
): Promise<T> =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    await writeFile(file, bytes);
    return withTarFile(file, async (tar) => use(await readDockerArchive(tar, reference)));
  });

for (const [name, parts] of Object.entries(SHAPES))
  test(`reads the archive of ${name}`, () =>
    withArchive(tarOf(...parts), async ({ names, config, image, getBlob }) => {
      assert.deepEqual(names, NAMES);
      assert.equal(config.digest, digestOf(CONFIG));
      assert.equal(image.digest, config.digest);
      assert.deepEqual(
        image.layers.map(({ diffId }) => diffId),
        DIFF_IDS,
      );
      for (const [at, { digest }] of image.layers.entries())
        assert.equal(Buffer.from(await Bytes.collect(getBlob(digest))).toString(), LAYERS[at]);
    }));

test("it reads the image that is named, and refuses several images without a name", async () => {
  const other = CONFIG.replace("amd64", "arm64");
  const two = [
    { Config: "1.json", RepoTags: ["a/b:1"], Layers: ["1", "2"] },
    { Config: "2.json", RepoTags: null, Layers: ["1", "2"] },
  ];
  const tar = tarOf(
    { name: "manifest.json", contents: JSON.stringify(two) },
    { name: "1.json", contents: CONFIG },
    { name: "2.json", contents: other },
    { name: "1", contents: ONE },
    { name: "2", contents: OTHER },
  );
  const digest = async ({ config }: DockerArchiveImage) => config.digest;
  for (const reference of ["a/b:1", "1"])
    assert.equal(await withArchive(tar, digest, reference), digestOf(CONFIG));
  await assert.rejects(withArchive(tar, digest), { code: "NO_SUCH_IMAGE", message: /a\/b:1, 2/ });
  await assert.rejects(withArchive(tar, digest, "v3"), { code: "NO_SUCH_IMAGE" });
});

const GOOD = SHAPES["lix-image, manifest first"] ?? [];
const [, CONFIG_PART = { name: "" }] = GOOD;
const without = (name: string) => GOOD.filter((part) => part.name !== name);

for (const [what, parts, message] of [
  ["without manifest.json", without("manifest.json"), /no manifest\.json in it/],
  ["whose config is gone", without(CONFIG_PART.name), /no file "[0-9a-f]+\.json" in it/],
  ["whose layer is gone", without("2.tar"), /no file "2\.tar" in it/],
  [
    "with a manifest.json of something else",
    [{ name: "manifest.json", contents: "{}" }],
    /manifest\.json is none/,
  ],
  [
    "with a config that was changed",
    [...without(CONFIG_PART.name), { ...CONFIG_PART, contents: CONFIG.replace("bash", "dash") }],
    /its config .* no more/,
  ],
  [
    "with a layer too many",
    [...without("manifest.json"), manifestJson(CONFIG_PART.name, ["1.tar", "2.tar", "2.tar"])],
    /3 layers, and its config 2/,
  ],
] as const)
  test(`refuses an archive ${what}`, () =>
    assert.rejects(
      withArchive(tarOf(...parts), async () => {}),
      { code: "IMAGE_UNREADABLE", message },
    ));

test("a layer with other contents is found out when it is read", () =>
  withArchive(tarOf(...without("2.tar"), { name: "2.tar", contents: ONE }), async (archive) => {
    const [first, second] = archive.image.layers;
    assert.ok(first !== undefined && second !== undefined);
    await Bytes.collect(archive.getBlob(first.digest));
    await assert.rejects(Bytes.collect(archive.getBlob(second.digest)), { code: "BLOB_MISMATCH" });
  }));

test("any damage is an error that names the file, or changes nothing of the layers", () =>
  fc.assert(
    fc.asyncProperty(
      mutated(
        Object.values(SHAPES).map((parts) => tarOf(...parts)),
        512,
      ),
      (bytes) =>
        withArchive(bytes, async ({ image, getBlob }) => {
          for (const { digest } of image.layers)
            assert.equal(Digest.of(await Bytes.collect(getBlob(digest))), digest);
        }).catch((error: unknown) => assert.ok(error instanceof LixImageError, String(error))),
    ),
    { numRuns: 200 },
  ));

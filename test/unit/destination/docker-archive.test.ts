import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, zstdCompressSync } from "node:zlib";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { temporaryPath } from "../../../provider/base/temporary.ts";
import { packedSize, packParts } from "../../../provider/destination/archive-file.ts";
import {
  dockerArchive,
  dockerArchiveDestination,
} from "../../../provider/destination/docker-archive.ts";
import { asHydraProduct } from "../../../provider/destination/hydra-product.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { MediaType } from "../../../provider/formats/oci/media-type.ts";
import { blobOf, manifestOf, sampleImage } from "../../support/sample-image.ts";
import { tarFiles } from "../../support/tar-files.ts";

const TEXTS = ["one layer", "another layer"];
const IMAGE = sampleImage(...TEXTS);
const hexOf = (text: string): string => Digest.hex(Digest.of(Bytes.fromText(text)));
const CONFIG = Digest.hex(IMAGE.blobs[0]?.digest ?? Digest.of(new Uint8Array()));

test("an archive has its manifest first, the config, and the layers decompressed", async () => {
  const parts = await dockerArchive(IMAGE, ["acme/lix:v1", "acme/lix:latest"]);
  const files = await tarFiles(packParts(parts));
  const layers = TEXTS.map((text) => `${hexOf(text)}.tar`);
  assert.deepEqual([...files.keys()], ["manifest.json", `${CONFIG}.json`, ...layers]);
  assert.deepEqual(JSON.parse(String(files.get("manifest.json"))), [
    { Config: `${CONFIG}.json`, RepoTags: ["acme/lix:v1", "acme/lix:latest"], Layers: layers },
  ]);
  assert.deepEqual(
    layers.map((name) => String(files.get(name))),
    TEXTS,
  );
  const bytes = await Bytes.collect(packParts(parts));
  assert.equal(bytes.length, packedSize(parts));
});

test("a layer that is in the image twice is in the archive once", async () => {
  const parts = await dockerArchive(sampleImage("same", "same"), ["a:b"]);
  const files = await tarFiles(packParts(parts));
  assert.equal(files.size, 3);
  const [{ Layers }] = JSON.parse(String(files.get("manifest.json")));
  assert.deepEqual(Layers, [`${hexOf("same")}.tar`, `${hexOf("same")}.tar`]);
});

test("its bytes are the same however the layers were compressed", async () => {
  const [config, ...gzipped] = IMAGE.blobs;
  assert.ok(config);
  const layers = TEXTS.map((text) => blobOf(zstdCompressSync(text)));
  const describe =
    (mediaType: string) =>
    ({ digest, size }: { digest: string; size: number }) => ({
      mediaType,
      digest,
      size,
    });
  const root = manifestOf(MediaType.manifest, {
    config: describe(MediaType.config)(config),
    layers: layers.map(describe(MediaType.layerZstd)),
  });
  assert.notDeepEqual(layers, gzipped);
  const other = { blobs: [config, ...layers], children: [], root };
  const [ours, theirs] = await Promise.all(
    [IMAGE, other].map(async (image) =>
      Bytes.collect(packParts(await dockerArchive(image, ["a:b"]))),
    ),
  );
  assert.deepEqual(ours, theirs);
});

test("a file is written again only for another image, and then in one step", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "new", "image.tar.gz");
    const destination = dockerArchiveDestination(file, "acme/lix");
    await destination.publish(IMAGE, { tags: ["v1"] });
    const { ino } = await stat(file);
    const before = await readFile(file);
    await destination.publish(IMAGE, { tags: ["v1"] });
    assert.equal((await stat(file)).ino, ino);
    await destination.publish(sampleImage("other"), { tags: ["v1"] });
    assert.notEqual((await stat(file)).ino, ino);
    await destination.publish(IMAGE, { tags: ["v1"] });
    assert.deepEqual(await readFile(file), before);
    assert.deepEqual(await readdir(join(folder, "new")), ["image.tar.gz"]);
    assert.equal((await tarFiles(Bytes.of(gunzipSync(before)))).size, 4);
  }));

test("what a killed process left beside the file goes when the file is written again", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    // Of this process's id, but of one that began before.
    const [, place = "", pid = ""] = temporaryPath("x").split(".");
    const left = [".image.tar", place, pid, "1", "0".repeat(12), "tmp"].join(".");
    const another = left.replace("image", "other");
    for (const name of [left, another]) await writeFile(join(folder, name), "half");
    await dockerArchiveDestination(file, "acme/lix").publish(IMAGE, { tags: ["v1"] });
    assert.deepEqual(await readdir(folder), [another, "image.tar"]);
  }));

for (const name of ["image.tar", "image.tar.gz"])
  test(`other tags on the same image leave the rest of ${name} as it was`, () =>
    withTempDir(async (folder) => {
      const file = join(folder, name);
      const destination = dockerArchiveDestination(file, "acme/lix");
      await destination.publish(IMAGE, { tags: ["v1"] });
      await destination.publish({ ...IMAGE, blobs: IMAGE.blobs.map(noBytes) }, { tags: ["v2"] });
      const second = join(folder, `second-${name}`);
      await dockerArchiveDestination(second, "acme/lix").publish(IMAGE, { tags: ["v2"] });
      assert.deepEqual(await readFile(file), await readFile(second));
    }));

test("a compressed archive is the plain one, and its first eight bytes a gzip member", () =>
  withTempDir(async (folder) => {
    const [plain, gzipped] = await Promise.all(
      ["image.tar", "image.tgz"].map(async (name) => {
        const file = join(folder, name);
        await dockerArchiveDestination(file, "acme/lix").publish(IMAGE, { tags: ["v1"] });
        return readFile(file);
      }),
    );
    assert.ok(plain && gzipped);
    assert.deepEqual(gunzipSync(gzipped), plain);
    const second = gzipped.indexOf(gzipped.subarray(0, 10), 1);
    assert.equal(gunzipSync(gzipped.subarray(0, second)).length, 8);
  }));

test("a file that was changed meanwhile is not given new tags", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    const destination = dockerArchiveDestination(file, "acme/lix");
    await destination.publish(IMAGE, { tags: ["v1"] });
    const bytes = await readFile(file);
    bytes[bytes.indexOf("another layer")] = 0x41;
    await writeFile(file, bytes);
    const retagged = destination.publish(IMAGE, { tags: ["v2"] });
    await assert.rejects(retagged, { code: "ARCHIVE_DAMAGED" });
    assert.deepEqual(await readFile(file), bytes);
    assert.deepEqual(await readdir(folder), ["image.tar"]);
  }));

test("a file of another kind is replaced, a folder is refused before anything is built", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    await writeFile(file, "something else");
    const destination = dockerArchiveDestination(file, "acme/lix");
    await destination.publish(IMAGE, { tags: ["v1"] });
    assert.ok((await readFile(file)).includes("acme/lix:v1"));
    const taken = join(folder, "folder.tar");
    await mkdir(taken);
    const { missing } = dockerArchiveDestination(taken, "acme/lix");
    await assert.rejects(missing([]), { code: "ARCHIVE_IS_FOLDER" });
  }));

test("a layer that is not what the config says is refused", async () => {
  const [config] = IMAGE.blobs;
  assert.ok(config);
  const swapped = manifestOf(MediaType.manifest, {
    config: { mediaType: MediaType.config, digest: config.digest, size: config.size },
    layers: IMAGE.blobs
      .slice(1)
      .reverse()
      .map(({ digest, size }) => ({ mediaType: MediaType.layerGzip, digest, size })),
  });
  const archive = dockerArchive({ ...IMAGE, root: swapped }, ["a:b"]);
  await assert.rejects(archive, { code: "BLOB_MISMATCH" });
});

test("Hydra gets one line for a file, beside the lines that it had before", () =>
  withTempDir(async (folder) => {
    const list = join(folder, "nix-support/hydra-build-products");
    await mkdir(join(folder, "nix-support"));
    await writeFile(list, "doc manual /share/doc\n");
    const file = join(folder, "image.tar.gz");
    const destination = asHydraProduct(dockerArchiveDestination(file, "lix"), file);
    await destination.publish(IMAGE, { tags: ["v1"] });
    await destination.publish(IMAGE, { tags: ["v1"] });
    const text = await readFile(list, "utf8");
    assert.equal(text, `doc manual /share/doc\nfile binary-dist ${file}\n`);
    assert.deepEqual(await readdir(join(folder, "nix-support")), ["hydra-build-products"]);
  }));

const noBytes = (blob: (typeof IMAGE.blobs)[number]) => ({
  ...blob,
  open: () => assert.fail(`${blob.digest} was opened`),
});

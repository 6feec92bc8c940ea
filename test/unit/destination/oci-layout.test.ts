import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { ociLayoutDestination, readOciLayout } from "../../../provider/destination/oci-layout.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { attachedTo, entryOf, withAttached } from "../../support/attached.ts";
import { sampleImage } from "../../support/sample-image.ts";

const IMAGE = sampleImage("one layer", "another layer");
const OTHER = sampleImage("something else");

test("makes a layout of a new folder, with nothing in it but the layout", () =>
  withTempDir(async (folder) => {
    const dir = join(folder, "a", "layout");
    await ociLayoutDestination(dir).publish(IMAGE, { tags: ["v1"] });
    assert.deepEqual((await readdir(dir)).sort(), ["blobs", "index.json", "oci-layout"]);
    assert.equal(await readFile(join(dir, "oci-layout"), "utf8"), '{"imageLayoutVersion":"1.0.0"}');
    const blobs = await readdir(join(dir, "blobs/sha256"));
    const expected = [...IMAGE.blobs, IMAGE.root].map(({ digest }) => Digest.hex(digest));
    assert.deepEqual(blobs.sort(), expected.sort());
  }));

test("leaves nothing behind of an image that failed, and goes on from there", () =>
  withTempDir(async (folder) => {
    const dir = join(folder, "layout");
    const broken = {
      ...IMAGE,
      blobs: IMAGE.blobs.map((blob) => ({ ...blob, open: () => Bytes.of(Bytes.fromText("x")) })),
    };
    const destination = ociLayoutDestination(dir);
    await assert.rejects(destination.publish(broken, { tags: ["v1"] }), { code: "BLOB_MISMATCH" });
    assert.deepEqual((await readdir(dir)).sort(), ["blobs", "oci-layout"]);
    await destination.publish(IMAGE, { tags: ["v1"] });
    assert.equal((await readOciLayout(dir)).root.digest, IMAGE.root.digest);
  }));

test("refuses a folder that holds something else, before anything is built for it", () =>
  withTempDir(async (dir) => {
    await writeFile(join(dir, "notes.txt"), "mine");
    const destination = ociLayoutDestination(dir);
    await assert.rejects(destination.missing([]), { code: "NOT_AN_OCI_LAYOUT" });
    await assert.rejects(destination.publish(IMAGE, { tags: [] }), { code: "NOT_AN_OCI_LAYOUT" });
    assert.deepEqual(await readdir(dir), ["notes.txt"]);
    await assert.rejects(readOciLayout(dir), {
      code: "IMAGE_UNREADABLE",
      message: /no file oci-layout in it/,
      hint: /reads OCI layouts/,
    });
  }));

test("moves a tag, puts the newest image first, and keeps what others wrote", () =>
  withTempDir(async (dir) => {
    const destination = ociLayoutDestination(dir);
    await destination.publish(OTHER, { tags: ["v1", "old"] });
    const path = join(dir, "index.json");
    const index = JSON.parse(await readFile(path, "utf8"));
    index.annotations = { "org.example.by": "another tool" };
    index.manifests[1].platform = { architecture: "amd64", os: "linux" };
    await writeFile(path, JSON.stringify(index));
    await destination.publish(IMAGE, { tags: ["v1"] });

    const { manifests, annotations } = JSON.parse(await readFile(path, "utf8"));
    assert.deepEqual(annotations, index.annotations);
    assert.equal(manifests.length, 2);
    assert.equal(manifests[0].digest, IMAGE.root.digest);
    assert.deepEqual(manifests[1], index.manifests[1]);
    assert.equal((await readOciLayout(dir, "old")).root.digest, OTHER.root.digest);
    assert.equal((await readOciLayout(dir, OTHER.root.digest)).root.digest, OTHER.root.digest);
  }));

test("asks which image is meant when there are several, and names them", () =>
  withTempDir(async (dir) => {
    const destination = ociLayoutDestination(dir);
    await destination.publish(IMAGE, { tags: ["v1"] });
    await destination.publish(OTHER, { tags: ["v2"] });
    await assert.rejects(readOciLayout(dir), { code: "NO_SUCH_IMAGE", message: /v2, v1/ });
    await assert.rejects(readOciLayout(dir, "v3"), { code: "NO_SUCH_IMAGE", message: /v3/ });
  }));

test("reads manifests and blobs, and notices damaged and missing ones", () =>
  withTempDir(async (dir) => {
    await ociLayoutDestination(dir).publish(IMAGE, { tags: ["v1"] });
    const layout = await readOciLayout(dir, "v1");
    const { root } = IMAGE;
    assert.equal((await layout.getManifest(root.digest))?.mediaType, root.mediaType);
    const [config, layer] = IMAGE.blobs.map(({ digest }) => digest);
    assert.ok(config !== undefined && layer !== undefined);
    const pathOf = (digest: Digest): string => join(dir, "blobs/sha256", Digest.hex(digest));
    await writeFile(pathOf(config), "{}");
    await rm(pathOf(layer));
    await assert.rejects(Bytes.collect(layout.getBlob(config)), { code: "BLOB_MISMATCH" });
    await assert.rejects(Bytes.collect(layout.getBlob(layer)), { code: "MISSING_BLOB" });
    assert.equal(await layout.getManifest(layer), undefined);
  }));

test("lists what is attached under the digest of the image, which stays the only image", () =>
  withTempDir(async (dir) => {
    const image = withAttached(sampleImage("attached"), "application/spdx+json");
    const theirs = attachedTo(image.root, "their/type");
    const publish = (attachments = image.attachments ?? []) =>
      ociLayoutDestination(dir).publish({ ...image, attachments }, { tags: ["v1"] });
    await publish([theirs]);
    await publish();
    await publish();
    const tag = image.root.digest.replace(":", "-");
    const list = await readOciLayout(dir, tag);
    assert.deepEqual(JSON.parse(Buffer.from(list.root.bytes).toString()).manifests, [
      entryOf(theirs),
      ...(image.attachments ?? []).map(entryOf),
    ]);
    const whole = await readOciLayout(dir);
    assert.equal(whole.root.digest, image.root.digest);
    assert.deepEqual(whole.names, ["v1"]);
    for (const { digest, blobs } of image.attachments ?? []) {
      assert.equal((await whole.getManifest(digest))?.digest, digest);
      for (const blob of blobs)
        assert.equal((await Bytes.collect(whole.getBlob(blob.digest))).length, blob.size);
    }
  }));

test("leaves alone what is no list of referrers, and moves no tag", () =>
  withTempDir(async (dir) => {
    const image = sampleImage("attached");
    const tag = image.root.digest.replace(":", "-");
    await ociLayoutDestination(dir).publish(sampleImage("another"), { tags: [tag] });
    await assert.rejects(
      ociLayoutDestination(dir).publish(withAttached(image, "a/b"), { tags: ["v1"] }),
      {
        code: "REFERRERS_TAG_FOREIGN",
        message: `${dir}:${tag}: expected an OCI index of referrers; got something else`,
      },
    );
    await assert.rejects(readOciLayout(dir, "v1"), { code: "NO_SUCH_IMAGE" });
  }));

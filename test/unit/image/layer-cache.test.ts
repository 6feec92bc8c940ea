import assert from "node:assert/strict";
import {
  existsSync,
  readdirSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { BlobEvicted, LayerCache, type KnownLayer } from "../../../provider/image/layer-cache.ts";
import { listTree } from "../../support/list-tree.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { DiffId, Digest } from "../../../provider/formats/oci/digest.ts";

const KEY = "a".repeat(64);

/** What a layer of these bytes is, were it not compressed. */
function layerOf(text: string): KnownLayer {
  const bytes = Buffer.from(text);
  const digest = Digest.of(bytes);
  return {
    diffId: DiffId.parse(digest),
    digest,
    size: bytes.length,
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    compressor: "none",
  };
}

async function add(cache: LayerCache, text: string): Promise<KnownLayer> {
  await cache.addBlob(async (sink) => {
    for (const letter of text) await sink(Buffer.from(letter));
    return layerOf(text);
  });
  return layerOf(text);
}

const blobFile = (cache: LayerCache, layer: KnownLayer): string =>
  join(cache.folder, "blobs", Digest.hex(layer.digest));

test("the next process finds what this one stored", () =>
  withTempDir(async (dir) => {
    const [one, other] = [new LayerCache(dir), new LayerCache(dir)];
    const layer = await add(one, "layer");
    await one.remember(KEY, layer);
    const hash = NarHash.of(Buffer.from("nar"));
    const listing = listTree(Tree.directory({ x: Tree.file("x") }));
    await one.addListing(hash, listing);
    await one.verdicts.add("verdict");

    assert.deepEqual(await other.identity(KEY), layer);
    assert.ok(await other.hasBlob(layer));
    assert.equal(
      Buffer.from(await Bytes.collect(other.openBlob(layer.digest))).toString(),
      "layer",
    );
    assert.deepEqual(await other.listing(hash), listing);
    assert.ok(await other.verdicts.has("verdict"));
  }));

test("a layer that was not stored is missing, and asking for it creates no file", () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(join(dir, "none"));
    assert.equal(await cache.identity(KEY), undefined);
    assert.equal(await cache.hasBlob(layerOf("x")), false);
    assert.equal(await cache.listing(NarHash.of(Buffer.of())), undefined);
    assert.equal(await cache.verdicts.has("x"), false);
    assert.equal(existsSync(cache.folder), false);
  }));

test("a blob that is cut short is detected when it is requested, and removed", () =>
  withTempDir(async (dir) => {
    const layer = await add(new LayerCache(dir), "layer");
    const cache = new LayerCache(dir);
    truncateSync(blobFile(cache, layer), 3);
    assert.equal(await cache.hasBlob(layer), false);
    assert.equal(existsSync(blobFile(cache, layer)), false);
  }));

test("a blob that has other bytes is detected when it is read, and removed; other blobs are then read first", () =>
  withTempDir(async (dir) => {
    const [layer, second] = [
      await add(new LayerCache(dir), "layer"),
      await add(new LayerCache(dir), "second"),
    ];
    const cache = new LayerCache(dir);
    writeFileSync(blobFile(cache, layer), "LAYER");
    writeFileSync(blobFile(cache, second), "SECOND");
    assert.ok((await cache.hasBlob(layer)) && (await cache.hasBlob(second)));
    await assert.rejects(Bytes.collect(cache.openBlob(layer.digest)), BlobEvicted);
    for (const each of [layer, second]) {
      assert.equal(await cache.hasBlob(each), false);
      assert.equal(existsSync(blobFile(cache, each)), false);
    }
  }));

test("a blob that is cut after this process verified it is detected, too", () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(dir);
    const layer = await add(cache, "layer");
    assert.ok(await cache.hasBlob(layer));
    truncateSync(blobFile(cache, layer), 3);
    assert.equal(await cache.hasBlob(layer), false);
  }));

test("a damaged note counts as none", () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(dir);
    const layer = await add(cache, "layer");
    const hash = NarHash.of(Buffer.from("nar"));
    await cache.remember(KEY, layer);
    await cache.addListing(hash, listTree(Tree.directory()));
    for (const garbage of ["", "{", "null", "[]", '{"digest":"sha256:zz"}', '{"root":7}']) {
      writeFileSync(join(cache.folder, "layers", `${KEY}.json`), garbage);
      writeFileSync(join(cache.folder, "listings", `${NarHash.toHex(hash)}.json`), garbage);
      assert.equal(await cache.identity(KEY), undefined, garbage);
      assert.equal(await cache.listing(hash), undefined, garbage);
    }
  }));

test("nothing is left of a blob that could not be built", () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(dir);
    const failing = cache.addBlob(async (sink) => {
      await sink(Buffer.from("half"));
      throw new Error("no more");
    });
    await assert.rejects(failing, /no more/);
    assert.deepEqual(readdirSync(join(cache.folder, "blobs")), []);
  }));

test("the error for a blob that another process removed names its digest and what to do", () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(dir);
    await assert.rejects(Bytes.collect(cache.openBlob(layerOf("gone").digest)), (error) => {
      assert.ok(error instanceof BlobEvicted);
      assert.match(error.hint ?? "", /LIX_IMAGE_CACHE_SIZE/);
      return true;
    });
  }));

test("a blob that is requested counts as used now", () =>
  withTempDir(async (dir) => {
    const layer = await add(new LayerCache(dir), "layer");
    const cache = new LayerCache(dir);
    utimesSync(blobFile(cache, layer), 1, 1);
    await cache.hasBlob(layer);
    assert.ok(statSync(blobFile(cache, layer)).mtimeMs > Date.now() - 60_000);
  }));

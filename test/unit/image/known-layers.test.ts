import assert from "node:assert/strict";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { KnownLayers } from "../../../provider/image/known-layers.ts";
import { compressorVersion } from "../../../provider/formats/layer/layer-compression.ts";
import { LayerCache, type KnownLayer } from "../../../provider/image/layer-cache.ts";
import { listTree } from "../../support/list-tree.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { DiffId, Digest } from "../../../provider/formats/oci/digest.ts";

const KEY = "a".repeat(64);
const HASH = NarHash.of(Buffer.from("nar"));
const LISTING = listTree(Tree.directory());

const layerOf = (text: string): KnownLayer => ({
  diffId: DiffId.parse(Digest.of(Buffer.from("tar"))),
  digest: Digest.of(Buffer.from(text)),
  size: 3,
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  compressor: text,
});

test("layers that this machine built outlive the process, layers of a state do not", () =>
  withTempDir(async (dir) => {
    const one = new KnownLayers(new LayerCache(dir));
    one.seed({ layers: new Map([["b".repeat(64), layerOf("seeded")]]), listings: new Map() });
    await one.addLayer(KEY, layerOf("learned"));
    await one.addListing(HASH, LISTING);
    const next = new KnownLayers(new LayerCache(dir));
    assert.deepEqual(await next.layer(KEY), layerOf("learned"));
    assert.deepEqual(await next.findListing(HASH), LISTING);
    assert.deepEqual(next.listing(HASH), LISTING, "and from then on without asking");
    assert.equal(await next.layer("b".repeat(64)), undefined);
  }));

test("a process keeps the first record of a layer until it builds the layer itself", () =>
  withTempDir(async (dir) => {
    const knownLayers = new KnownLayers(new LayerCache(dir));
    for (const text of ["first", "second"])
      knownLayers.seed({ layers: new Map([[KEY, layerOf(text)]]), listings: new Map() });
    assert.deepEqual(await knownLayers.layer(KEY), layerOf("first"));
    await knownLayers.addLayer(KEY, layerOf("built"));
    assert.deepEqual(
      await knownLayers.layer(KEY),
      layerOf("built"),
      "but a layer that was built here counts",
    );
  }));

test("a layer of another compressor that was built again has the new digest from then on", () =>
  withTempDir(async (dir) => {
    const before = layerOf("gzip:another zlib");
    const seeded = (known: KnownLayer): KnownLayers => {
      const knownLayers = new KnownLayers(new LayerCache(dir));
      knownLayers.seed({ layers: new Map([[KEY, known]]), listings: new Map() });
      return knownLayers;
    };
    const compressor = compressorVersion({ algorithm: "gzip" });
    const now = { ...layerOf("ours"), compressor };
    await seeded(before).addLayer(KEY, now);
    assert.deepEqual(await seeded(before).layer(KEY), now);
    const third = layerOf("gzip:a third zlib");
    assert.deepEqual(await seeded(third).layer(KEY), third, "this machine never built it");
    const own = { ...before, compressor };
    assert.deepEqual(
      await seeded(own).layer(KEY),
      own,
      "no successor is looked up for our own compressor",
    );
  }));

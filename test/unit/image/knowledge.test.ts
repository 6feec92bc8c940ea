import assert from "node:assert/strict";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { Knowledge } from "../../../provider/image/knowledge.ts";
import { compressorVersion } from "../../../provider/formats/layer/compressor.ts";
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

test("what was learned outlives the process, what was taught does not", () =>
  withTempDir(async (dir) => {
    const one = new Knowledge(new LayerCache(dir));
    one.teach({ layers: new Map([["b".repeat(64), layerOf("taught")]]), listings: new Map() });
    await one.learnLayer(KEY, layerOf("learned"));
    await one.learnListing(HASH, LISTING);
    const next = new Knowledge(new LayerCache(dir));
    assert.deepEqual(await next.layer(KEY), layerOf("learned"));
    assert.deepEqual(await next.findListing(HASH), LISTING);
    assert.deepEqual(next.listing(HASH), LISTING, "and from then on without asking");
    assert.equal(await next.layer("b".repeat(64)), undefined);
  }));

test("what is known stays as it is when a state says otherwise: one process gives one answer", () =>
  withTempDir(async (dir) => {
    const knowledge = new Knowledge(new LayerCache(dir));
    for (const text of ["first", "second"])
      knowledge.teach({ layers: new Map([[KEY, layerOf(text)]]), listings: new Map() });
    assert.deepEqual(await knowledge.layer(KEY), layerOf("first"));
    await knowledge.learnLayer(KEY, layerOf("built"));
    assert.deepEqual(await knowledge.layer(KEY), layerOf("built"), "but for what was made here");
  }));

test("a blob of another compressor that had to be made anew is told as what it is now", () =>
  withTempDir(async (dir) => {
    const before = layerOf("gzip:another zlib");
    const teach = (known: KnownLayer): Knowledge => {
      const knowledge = new Knowledge(new LayerCache(dir));
      knowledge.teach({ layers: new Map([[KEY, known]]), listings: new Map() });
      return knowledge;
    };
    const compressor = compressorVersion("gzip");
    const now = { ...layerOf("ours"), compressor };
    await teach(before).learnLayer(KEY, now);
    assert.deepEqual(await teach(before).layer(KEY), now);
    const third = layerOf("gzip:a third zlib");
    assert.deepEqual(await teach(third).layer(KEY), third, "which this machine never made");
    const own = { ...before, compressor };
    assert.deepEqual(await teach(own).layer(KEY), own, "our own are not looked up");
  }));

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import * as fc from "fast-check";
import { withLog } from "../../../provider/base/log.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { listTree } from "../../support/list-tree.ts";
import { shortenListing } from "../../../provider/formats/nix/listing-json.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { DiffId, Digest } from "../../../provider/formats/oci/digest.ts";
import { ResourceState } from "../../../provider/resource/state.ts";

const hashOf = (text: string): NarHash => NarHash.of(Buffer.from(text));

const LAYER = {
  diffId: DiffId.parse(`sha256:${"a".repeat(64)}`),
  digest: Digest.parse(`sha256:${"b".repeat(64)}`),
  size: 7,
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  compressor: "gzip:zlib-1.3.1",
} as const;

const STATE: ResourceState = {
  lockSha256: "c".repeat(64),
  layers: new Map([["d".repeat(64), LAYER]]),
  listings: new Map([
    [
      hashOf("package"),
      shortenListing(
        listTree(Tree.directory({ "caf\xe9": Tree.file("x", true), link: Tree.symlink("/x") })),
      ),
    ],
  ]),
};

const NOTHING: ResourceState = { lockSha256: "", layers: new Map(), listings: new Map() };

/** The JSON inside a state's text, changed. */
function changed(text: string, change: (json: Record<string, unknown>) => unknown): string {
  const json = JSON.parse(brotliDecompressSync(Buffer.from(text, "base64")).toString());
  return brotliCompressSync(JSON.stringify(change(json))).toString("base64");
}

function warningsOf(use: () => void): string[] {
  const lines: string[] = [];
  withLog({ progress() {}, info() {}, warn: (line) => void lines.push(line) }, use);
  return lines;
}

test("a state that was written is read back", () => {
  const text = ResourceState.format(STATE);
  assert.match(text, /^[A-Za-z0-9+/=]+$/);
  const read = ResourceState.parse(text);
  assert.deepEqual(read, STATE);
  assert.equal(ResourceState.format(read), text, "the same text again");
  assert.ok(ResourceState.same(STATE, read));
});

test("states differ with the lock, a layer's digest, and which listings they have", () => {
  const other = { ...LAYER, digest: Digest.parse(`sha256:${"e".repeat(64)}`) };
  for (const state of [
    { ...STATE, lockSha256: "" },
    { ...STATE, layers: new Map() },
    { ...STATE, layers: new Map([["d".repeat(64), other]]) },
    { ...STATE, listings: new Map() },
  ])
    assert.ok(!ResourceState.same(STATE, state) && !ResourceState.same(state, STATE));
});

test("a state of another kind is ignored without an error", () => {
  const text = ResourceState.format(STATE);
  const bomb = brotliCompressSync(Buffer.alloc(64 * 1024 * 1024)).toString("base64");
  for (const garbage of [
    ...[undefined, null, 7, {}, "", "!", text.slice(0, -9), `x${text}`, bomb],
    changed(text, (json) => ({ ...json, version: 2 })),
    changed(text, (json) => ({ ...json, formatVersion: 0 })),
    changed(text, (json) => ({ ...json, layers: { ["d".repeat(64)]: { ...LAYER, size: -1 } } })),
    changed(text, () => []),
  ])
    assert.deepEqual(ResourceState.parse(garbage), NOTHING, String(garbage).slice(0, 40));
});

/** What a state of ours says with one digit changed, in every place that has one. */
function withEachDigitChanged(json: string): string[] {
  return [...json.matchAll(/\d/g)].map(({ index, 0: digit }) => {
    const other = String((Number(digit) + 1) % 10);
    return json.slice(0, index) + other + json.slice(index + 1);
  });
}

test("a state with one digit changed teaches nothing, and is warned of once", () => {
  const text = ResourceState.format({ ...STATE, lockSha256: "1".repeat(64) });
  const json = brotliDecompressSync(Buffer.from(text, "base64")).toString();
  const changed = withEachDigitChanged(json);
  assert.ok(changed.length > 30);
  for (const each of changed) {
    const damaged = brotliCompressSync(each).toString("base64");
    const memory = { damagedStates: new Set<string>() };
    const warnings = warningsOf(() => {
      assert.deepEqual(ResourceState.parse(damaged, memory), NOTHING, each);
      assert.deepEqual(ResourceState.parse(damaged, memory), NOTHING, each);
    });
    // Another format version is another release's, not damage.
    if (!/"formatVersion":3/.test(each)) assert.deepEqual(warnings.length, 1, each);
    for (const warning of warnings) assert.match(warning, /__state.* is ignored/);
  }
});

test("a state with any bit of its text changed teaches nothing wrong", () => {
  const bytes = Buffer.from(ResourceState.format(STATE), "base64");
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const read = ResourceState.parse(flipped.toString("base64"));
    // The last bits of a brotli stream may be padding.
    if (read.layers.size > 0) assert.deepEqual(read, STATE, `bit ${bit}`);
    else assert.deepEqual(read, NOTHING, `bit ${bit}`);
  }
});

test("sizes and keys that no layer can have are not believed, even in a state without a checksum", () => {
  const text = ResourceState.format(STATE);
  const key = "d".repeat(64);
  for (const layers of [
    { [key]: { ...LAYER, size: 0 } },
    { [key]: { ...LAYER, size: 2 ** 50 } },
    { [key]: { ...LAYER, size: 1.5 } },
    { [key.slice(1)]: LAYER },
    { [key]: { ...LAYER, digest: `sha256:${"g".repeat(64)}` } },
  ]) {
    const without = changed(text, ({ checksum: _, ...json }) => ({ ...json, layers }));
    assert.deepEqual(ResourceState.parse(without), NOTHING);
  }
});

test("a listing that cannot be read is left out, and the rest is kept", () => {
  const listings = { "sha256-nonsense": {}, [hashOf("other")]: { nonsense: true } };
  const text = changed(ResourceState.format(STATE), (json) => ({
    ...json,
    listings: { ...Object(json["listings"]), ...listings },
  }));
  assert.deepEqual(ResourceState.parse(text), STATE);
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.base64String(), (text) => {
      assert.deepEqual(ResourceState.parse(text), NOTHING);
    }),
  );
});

test("the largest listings are left out when all would be more than 64,000 characters", () => {
  // Names that do not compress, as hashes in a real store do not.
  const large = Tree.directory(
    Object.fromEntries(
      Array.from({ length: 4000 }, (_, index) => [
        NarHash.toHex(hashOf(`${index}`)),
        Tree.file(`${index}`),
      ]),
    ),
  );
  const listings = new Map([...STATE.listings, [hashOf("large"), listTree(large)]]);
  const text = ResourceState.format({ ...STATE, listings });
  assert.ok(text.length <= 64_000, `${text.length}`);
  assert.deepEqual(ResourceState.parse(text), STATE);
});

const WORLD = process.env["LIX_IMAGE_WORLD"];

test(
  "the state of a default image of real packages holds all its listings",
  { skip: WORLD === undefined && "LIX_IMAGE_WORLD names no folder with lix-image.lock.json" },
  async (t) => {
    await withTempDir(async (dir) => {
      const session = new ResourceSession(dir);
      const lock = join(WORLD ?? "", "lix-image.lock.json");
      const { inputs, failures } = await check(session, {}, { lock, registry: "localhost:1/x" });
      assert.deepEqual(failures, []);
      const text = String(inputs["__state"]);
      t.diagnostic(`${text.length} characters`);
      assert.ok(text.length <= 64_000);

      // A machine that has nothing else plans a changed setting.
      const clean = new ResourceSession(join(dir, "clean"));
      const news = { lock, registry: "localhost:1/x", tag: "b", nixConf: { cores: 1 } };
      const again = await check(
        clean,
        { __state: text },
        { ...news, __dryRun: true, previewDigests: false },
      );
      assert.match(String(again.inputs["digest"]), /^sha256:/);
    });
  },
);

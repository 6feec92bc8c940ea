import assert from "node:assert/strict";
import { test } from "node:test";
import type { Listing } from "../../../provider/formats/nix/listing.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { ListingChoice } from "../../../provider/resource/listing-choice.ts";
import { ResourceState } from "../../../provider/resource/state.ts";
import { listTree } from "../../support/list-tree.ts";
import { withWorkshop } from "../../support/workshop.ts";

const hashOf = (text: string): NarHash => NarHash.of(Buffer.from(text));

/** A package of so many files of so many bytes each; names do not compress, as hashes do not. */
function listingOf(name: string, files: number, bytes: number): [NarHash, Listing] {
  const content = (at: number): string => `${name} ${at} `.padEnd(bytes, "x");
  const tree = Tree.directory(
    Object.fromEntries(
      Array.from({ length: files }, (_, at) => [
        NarHash.toHex(hashOf(`${name}/${at}`)).slice(0, 20),
        Tree.file(content(at)),
      ]),
    ),
  );
  return [hashOf(name), listTree(tree)];
}

const stateOf = (listings: ReadonlyMap<NarHash, Listing>): ResourceState => ({
  lockSha256: "c".repeat(64),
  layers: new Map(),
  listings,
});

const MANY = new Map(
  Array.from({ length: 120 }, (_, at) => listingOf(`package ${at}`, 100 + at, at)),
);

test("of more listings than a state can hold, those stay whose packages are most to download", () => {
  const large = listingOf("few large files", 3, 200_000);
  const small = listingOf("many small files", 2_000, 10);
  const read = ResourceState.parse(ResourceState.format(stateOf(new Map([small, ...MANY, large]))));
  assert.ok(read.listings.has(large[0]));
  assert.ok(!read.listings.has(small[0]));
  assert.ok(read.listings.size > 10, `${read.listings.size}`);
});

test("a state is filled, but no longer than 64,000 characters", () => {
  const { length } = ResourceState.format(stateOf(MANY));
  assert.ok(length <= 64_000 && length > 45_000, `${length}`);
});

test("what is chosen follows from the listings alone, not from their order", () => {
  const reversed = new Map([...MANY].reverse());
  assert.equal(ResourceState.format(stateOf(reversed)), ResourceState.format(stateOf(MANY)));
});

test("what cannot fit is never compressed, and few rounds are enough for the rest", () => {
  const first = ListingChoice.of(MANY, 64_000);
  const files = first.reduce((sum, { least }) => sum + least, 0);
  assert.ok(files <= 64_000, "as many hashes as fit");
  const fewer = ListingChoice.reduce(first, 3);
  const lengthOf = (choice: typeof first): number =>
    choice.reduce((sum, { length }) => sum + length, 0);
  assert.ok(lengthOf(fewer) <= lengthOf(first) / 3);
  // However little is too much, something goes.
  assert.ok(ListingChoice.reduce(fewer, 1.000001).length < fewer.length);
});

test("a state holds for an image as long as image and listings are the same", () => {
  const all = stateOf(MANY);
  const written = ResourceState.parse(ResourceState.format(all));
  assert.ok(written.listings.size < MANY.size);
  assert.ok(ResourceState.covers(written, all));
  assert.ok(!ResourceState.covers(written, { ...all, lockSha256: "" }));
  assert.ok(!ResourceState.covers(written, stateOf(new Map([...MANY].slice(0, 1)))), "too much");
});

test("an unchanged image keeps the text of its state, also where that has not all listings", async () => {
  await withWorkshop({}, async ({ cache, world, registry }) => {
    const news = { lock: world.lockFile, registry: `${registry.host}/acme`, __provider: "x" };
    const { inputs } = await check(new ResourceSession(cache), {}, news);
    const state = ResourceState.parse(inputs["__state"]);
    assert.ok(state.listings.size > 1);
    const [most] = [...state.listings];
    const short = ResourceState.format({ ...state, listings: new Map(most && [most]) });
    const again = await check(new ResourceSession(cache), { ...inputs, __state: short }, news);
    assert.equal(again.inputs["__state"], short);
    const changed = await check(
      new ResourceSession(cache),
      { ...inputs, __state: short },
      {
        ...news,
        tag: "other",
        nixConf: { cores: 1 },
      },
    );
    assert.equal(
      ResourceState.parse(changed.inputs["__state"]).listings.size,
      state.listings.size,
      "another image has what fits",
    );
  });
});

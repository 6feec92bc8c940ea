import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { encodeNar } from "../../../../provider/formats/nix/nar-encoder.ts";
import type { NarEvent } from "../../../../provider/formats/nix/nar-event.ts";
import { readNar } from "../../../../provider/formats/nix/nar-reader.ts";
import { NarUnwritable, writeNar } from "../../../../provider/formats/nix/nar-writer.ts";
import { eventsOf, anyTree, inChunks } from "../../../support/nar.ts";

async function* of(...events: readonly NarEvent[]): AsyncGenerator<NarEvent> {
  yield* events;
}
const encode = (...events: readonly NarEvent[]) => Bytes.collect(encodeNar(of(...events)));
const ROOT: NarEvent = { kind: "directory", path: "" };

test("writes what was read, byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(anyTree, fc.integer({ min: 1, max: 50 }), async (tree, chunk) => {
      const nar = writeNar(tree);
      const again = await Bytes.collect(encodeNar(eventsOf(inChunks(nar, chunk))));
      assert.ok(Buffer.from(nar).equals(again));
    }),
    { numRuns: 300 },
  );
});

test("large contents come in large chunks and are not held back", async () => {
  const block = Buffer.alloc(200_000, 7);
  async function* events(): AsyncGenerator<NarEvent> {
    yield { kind: "regular", path: "", executable: false, size: 50 * block.length };
    for (let sent = 0; sent < 50; sent += 1) yield { kind: "contents", bytes: block };
  }
  const sizes: number[] = [];
  for await (const chunk of encodeNar(events())) sizes.push(chunk.length);
  assert.ok(sizes.length > 20);
  assert.ok(sizes.slice(0, -1).every((size) => size >= 64 * 1024));
});

const file = (size: number): NarEvent => ({ kind: "regular", path: "f", executable: false, size });
const bytes: NarEvent = { kind: "contents", bytes: Buffer.from("hello") };
for (const [what, events, message] of [
  ["a file that has shrunk", [ROOT, file(9), bytes], /expected 9 bytes; got 5/],
  ["a file that has grown", [ROOT, file(4), bytes], /it has more than 4 bytes/],
  ["a name that no store has", [ROOT, { kind: "directory", path: ".." }], /must not be/],
  ["a link to nowhere", [{ kind: "symlink", path: "", target: "" }], /must not be empty/],
] as const)
  test(`refuses ${what}`, async () => {
    await assert.rejects(encode(...events), (error) => {
      assert.ok(error instanceof NarUnwritable);
      assert.match(error.message, message);
      return true;
    });
  });

test("refuses what Nix would not read back for its depth", async () => {
  const deep = (levels: number): NarEvent[] =>
    Array.from({ length: levels + 1 }, (_, level) => ({
      kind: "directory",
      path: Array.from({ length: level }, () => "d").join("/"),
    }));
  const nar = await encode(...deep(64));
  for await (const _ of readNar(Bytes.of(nar))) continue;
  await assert.rejects(encode(...deep(65)), NarUnwritable);
});

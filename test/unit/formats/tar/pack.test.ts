import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { extract } from "tar-stream";
import { Owner } from "../../../../provider/base/owner.ts";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { packTar, slabsInTurn, type TarItem } from "../../../../provider/formats/tar/pack.ts";
import { collect } from "../../../support/collect.ts";

const pack = (...items: readonly TarItem[]): Promise<Uint8Array> =>
  Bytes.collect(packTar(stream(items)));
async function* stream(items: readonly TarItem[]): AsyncGenerator<TarItem> {
  yield* items;
}
const file = (path: string, size: number): TarItem => ({
  kind: "regular",
  path,
  mode: 0o444,
  owner: Owner.root,
  size,
});
const contents = (bytes: Uint8Array): TarItem => ({ kind: "contents", bytes });

test("an empty tar is two zero blocks and no more", async () => {
  assert.deepEqual(await pack(), Buffer.alloc(1024));
});

for (const size of [0, 1, 511, 512, 513, 1024])
  test(`pads ${size} bytes to blocks`, async () => {
    const bytes = Buffer.alloc(size, 7);
    const tar = await pack(file("/f", size), contents(bytes));
    const padded = Math.ceil(size / 512) * 512;
    assert.equal(tar.length, 512 + padded + 1024);
    assert.deepEqual(tar.subarray(512, 512 + size), bytes);
    assert.deepEqual(tar.subarray(512 + size), Buffer.alloc(padded - size + 1024));
  });

test("an empty file may come with or without contents", async () => {
  const without = await pack(file("/f", 0), file("/g", 0));
  const empty = contents(new Uint8Array());
  assert.deepEqual(await pack(file("/f", 0), empty, empty, file("/g", 0), empty), without);
});

for (const [what, items] of [
  ["too few", [file("/f", 3), contents(Buffer.alloc(2))]],
  ["too few before the next entry", [file("/f", 3), contents(Buffer.alloc(2)), file("/g", 0)]],
  ["none", [file("/f", 3), file("/g", 0)]],
  ["too many", [file("/f", 3), contents(Buffer.alloc(2)), contents(Buffer.alloc(2))]],
  ["some without a file", [contents(Buffer.alloc(1))]],
  [
    "some for a directory",
    [{ kind: "directory", path: "/d", mode: 0o555, owner: Owner.root }, contents(Buffer.alloc(1))],
  ],
] as const)
  test(`refuses contents that are not as long as promised: ${what}`, async () => {
    await assert.rejects(pack(...items), { code: "CONTENTS_MISMATCH" });
  });

test("chunks are 256 KiB and do not depend on how contents are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 8 }),
      async (cuts) => {
        const whole = Buffer.alloc(700_000, "abcdefg");
        const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const parts = edges.slice(1).map((end, at) => contents(whole.subarray(edges[at], end)));
        const head = [file("/f", 3), contents(Buffer.from("abc")), file("/g", whole.length)];
        const chunks = await collect(packTar(stream([...head, ...parts])));
        const wanted = await collect(packTar(stream([...head, contents(whole)])));
        assert.deepEqual(
          chunks.map((chunk) => chunk.length),
          [262_144, 262_144, 178_688],
        );
        assert.ok(Buffer.concat(chunks).equals(Buffer.concat(wanted)));
      },
    ),
    { numRuns: 30 },
  );
});

test("chunks stay as they are when more is packed", async () => {
  const chunks: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  const big = contents(Buffer.alloc(1_000_000, "0123456789"));
  for await (const chunk of packTar(stream([file("/f", 1_000_000), big]))) {
    chunks.push(chunk);
    copies.push(Uint8Array.from(chunk));
  }
  assert.ok(Buffer.concat(chunks).equals(Buffer.concat(copies)));
});

test("slabs in turn are the same tar, and a chunk stays until as many more are asked for", async () => {
  const items = [file("/f", 3_000_000), contents(Buffer.alloc(3_000_000, "0123456789"))];
  const copies: Uint8Array[] = [];
  const chunks: Uint8Array[] = [];
  for await (const chunk of packTar(stream(items), slabsInTurn(3))) {
    chunks.push(chunk);
    copies.push(Buffer.from(chunk));
    assert.deepEqual(chunks.slice(-3), copies.slice(-3));
  }
  assert.ok(Buffer.concat(copies).equals(await pack(...items)));
  assert.equal(new Set(chunks.map((chunk) => chunk.buffer)).size, 3);
});

test("tar-stream reads back what was packed", async () => {
  const long = `/nix/store/${"x".repeat(200)}`;
  const tar = await pack(
    { kind: "directory", path: "/nix", mode: 0o555, owner: Owner.root },
    file("/nix/é", 5),
    contents(Buffer.from("hello")),
    {
      kind: "symlink",
      path: long,
      mode: 0o777,
      owner: Owner.root,
      target: `${long}/${"y".repeat(200)}`,
    },
  );
  const reader = extract();
  reader.end(tar);
  const seen: unknown[] = [];
  for await (const entry of reader) {
    const { name, type, mode, linkname } = entry.header;
    seen.push([
      name,
      type,
      mode,
      linkname,
      (await Bytes.collect(entry as AsyncIterable<Uint8Array>)).length,
    ]);
  }
  assert.deepEqual(seen, [
    ["/nix", "directory", 0o555, null, 0],
    // The name was a byte string: \xe9 alone is not UTF-8.
    ["/nix/\ufffd", "file", 0o444, null, 5],
    [long, "symlink", 0o777, `${long}/${"y".repeat(200)}`, 0],
  ]);
});

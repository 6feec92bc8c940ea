import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ByteString } from "../../../../provider/base/byte-string.ts";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { readArchive } from "../../../../provider/formats/tar/read-archive.ts";
import { readTar, type TarEvent } from "../../../../provider/formats/tar/read-tar.ts";
import { collect } from "../../../support/collect.ts";
import { inChunks } from "../../../support/nar.ts";
import { gnuLong, pax, tarOf, tarPart, type TarPart } from "../../../support/tar.ts";

const read = (tar: Uint8Array): Promise<TarEvent[]> => collect(readArchive(Bytes.of(tar), "x.tar"));

/** Contents in one piece, however the chunks were cut. */
function whole(events: readonly TarEvent[]): unknown[] {
  const joined: unknown[] = [];
  let contents: Buffer | undefined;
  for (const event of events)
    if (event.kind !== "contents") joined.push(event);
    else if (typeof joined.at(-1) === "string" && contents !== undefined) {
      contents = Buffer.concat([contents, event.bytes]);
      joined.splice(-1, 1, contents.toString("hex"));
    } else {
      contents = Buffer.from(event.bytes);
      joined.push(contents.toString("hex"));
    }
  return joined;
}

test("reads an archive of UTF-8 names as our own reader does, wherever the chunks end", async () => {
  const name = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 130 })
    .map((text) => ByteString.fromText(text.replace(/[/\0]/g, "_")));
  const contents = fc.uint8Array({ maxLength: 1200 }).map((bytes) => Buffer.from(bytes));
  const part = fc.record({
    name,
    contents,
    target: name,
    type: fc.constantFrom("0", "1", "2", "5"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 4 }), fc.nat(700), async (parts, chunk) => {
      const tar = tarOf(
        ...parts.flatMap(({ name, target, contents, type }): TarPart[] => [
          pax({ path: name, linkpath: target }),
          { name: "cut", type, ...(type === "0" ? { contents } : { target: "cut" }) },
        ]),
      );
      const theirs = await collect(readArchive(inChunks(tar, chunk + 1), "x.tar"));
      assert.deepEqual(whole(theirs), whole(await collect(readTar(Bytes.of(tar), "x.tar"))));
    }),
    { numRuns: 100 },
  );
});

test("GNU's long names and old tars without magic are read, too", async () => {
  const long = "d/".repeat(150);
  assert.deepEqual(await read(tarOf(gnuLong("L", `${long}f`), { name: "cut" })), [
    { kind: "regular", path: `${long}f`, mode: 0o644, size: 0, offset: 1536 },
  ]);
  const old = tarOf({ name: "d/", magic: "", type: "\0" }, { name: "d/f", magic: "", type: "\0" });
  assert.deepEqual(await read(old), [
    { kind: "directory", path: "d/" },
    { kind: "regular", path: "d/f", mode: 0o644, size: 0, offset: 1024 },
  ]);
});

// Why the tarballs of sources have a reader of their own.
test("tar-stream loses bytes of a PAX name that are not UTF-8, and our own reader keeps them", async () => {
  const tar = tarOf(pax({ path: "caf\xe9" }), { name: "cut" });
  const [lost] = await read(tar);
  const [kept] = await collect(readTar(Bytes.of(tar), "x.tar"));
  assert.equal(lost?.kind === "regular" && ByteString.toText(lost.path), "caf\ufffd");
  assert.equal(kept?.kind === "regular" && kept.path, "caf\xe9");
});

for (const [what, tar, message] of [
  ["is empty", Buffer.alloc(0), /byte 0: it ends too early/],
  ["ends in a header", tarOf({ name: "f" }).subarray(0, 300), /Unexpected end/],
  ["ends in a file", tarOf({ name: "f", contents: "hello" }).subarray(0, 514), /Unexpected end/],
  ["has no end", tarPart({ name: "f" }), /byte 512: it ends too early/],
  ["is a page", Buffer.from("<html>".repeat(200)), /Invalid tar header/],
  ["has a PAX size that is no number", tarOf(pax({ size: "-1" }), { name: "f" }), /Invalid header/],
  // Go would read the contents as headers, and so another image.
  [
    "has a link with contents",
    tarOf({ name: "l", type: "1", target: "f", contents: tarPart({ name: "manifest.json" }) }),
    /"l" has contents and is no file/,
  ],
  ["has a device", tarOf({ name: "null", type: "3" }), /a kind that no image has/],
  ["has GNU's sparse file", tarOf({ name: "s", type: "S" }), /a kind that no image has/],
  ["has PAX's sparse file", tarOf(pax({ "GNU.sparse.major": "1" }), { name: "s" }), /sparse/],
] as const)
  test(`refuses an archive that ${what}`, () =>
    assert.rejects(read(tar), { code: "TAR_MALFORMED", message }));

test("the bytes of extended headers are counted", () => {
  const header = pax({ comment: "x".repeat(1_000_000) });
  const parts = Array.from({ length: 70 }, () => [header, { name: "f" }]).flat();
  return assert.rejects(read(tarOf(...parts)), { code: "BUDGET_EXCEEDED", message: /extended/ });
});

test("a failure of the source is handed on as it is", async () => {
  const failure = new Error("the disk is gone");
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(tarPart({ name: "f", contents: "hello" }).subarray(0, 514));
    throw failure;
  }
  await assert.rejects(collect(readArchive(failing(), "x.tar")), failure);
});

test("closes its source when its reader stops", async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield await Promise.resolve(tarPart({ name: "f", contents: "hello" }));
    } finally {
      closed = true;
    }
  }
  for await (const event of readArchive(endless(), "x.tar")) if (event.kind === "contents") break;
  assert.ok(closed);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Owner } from "../../../../provider/base/owner.ts";
import { ByteString } from "../../../../provider/base/byte-string.ts";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { packTar, type TarItem } from "../../../../provider/formats/tar/pack.ts";
import { readTar, type TarEvent } from "../../../../provider/formats/tar/read-tar.ts";
import { TarMalformed } from "../../../../provider/formats/tar/tar-input.ts";
import { collect } from "../../../support/collect.ts";
import { inChunks } from "../../../support/nar.ts";
import { gnuLong, pax, tarOf, tarPart, type TarPart } from "../../../support/tar.ts";

const read = (tar: Uint8Array): Promise<TarEvent[]> => collect(readTar(Bytes.of(tar), "x.tar"));
const paths = async (...parts: readonly TarPart[]) =>
  (await read(tarOf(...parts))).map((event) => ("path" in event ? event.path : "…"));

const LONG = "d/".repeat(150) + "name";
// No UTF-8, in any of the three places that hold a name.
const WILD = "\xff\xfe\x80";

test("reads files with their contents, directories, links of both kinds", async () => {
  const tar = tarOf(
    { name: "a/", type: "5", mode: 0o755 },
    { name: "a/x", contents: "hello", mode: 0o755 },
    { name: "a/empty" },
    { name: "a/s", type: "2", target: "../x" },
    { name: "a/h", type: "1", target: "a/x" },
  );
  assert.deepEqual(await read(tar), [
    { kind: "directory", path: "a/" },
    { kind: "regular", path: "a/x", mode: 0o755, size: 5, offset: 1024 },
    { kind: "contents", bytes: Buffer.from("hello") },
    { kind: "regular", path: "a/empty", mode: 0o644, size: 0, offset: 2048 },
    { kind: "symlink", path: "a/s", target: "../x" },
    { kind: "hard link", path: "a/h", target: "a/x" },
  ]);
});

test("long names come out of prefixes, PAX records and GNU's entries, and names are bytes", async () => {
  assert.deepEqual(await paths({ name: "b", prefix: WILD }), [`${WILD}/b`]);
  assert.deepEqual(await paths({ name: "b", prefix: "junk", magic: "ustar  \0" }), ["b"]);
  assert.deepEqual(await paths(pax({ path: LONG + WILD }), { name: "cut" }), [LONG + WILD]);
  assert.deepEqual(await paths(gnuLong("L", LONG + WILD), { name: "cut" }), [LONG + WILD]);
  assert.deepEqual(await paths(gnuLong("L", LONG), pax({ path: LONG }), { name: "cut" }), [LONG]);
  const links = [pax({ linkpath: WILD }), gnuLong("K", WILD)].map(async (extension) =>
    read(tarOf(extension, { name: "l", type: "2", target: "cut" })),
  );
  for (const link of await Promise.all(links))
    assert.deepEqual(link, [{ kind: "symlink", path: "l", target: WILD }]);
});

test("extended headers apply to one entry only, and global records to none", async () => {
  assert.deepEqual(await paths(pax({ path: "long" }), { name: "a" }, { name: "b" }), ["long", "b"]);
  assert.deepEqual(await paths(pax({ path: "everywhere" }, "g"), { name: "a" }), ["a"]);
  assert.deepEqual(await paths(gnuLong("K", "t"), gnuLong("L", "long"), { name: "a" }), ["long"]);
});

test("a size may be in a PAX record or in GNU's binary form", async () => {
  const binary = "\x80\0\0\0\0\0\0\0\0\0\0\x05";
  const sizes = [
    tarOf(pax({ size: "5" }), { name: "f", contents: "hello", size: "00000000000\0" }),
    tarOf({ name: "f", contents: "hello", size: binary }),
    tarOf({ name: "f", contents: "hello", size: "         5 \0" }),
  ];
  for (const tar of sizes)
    assert.deepEqual(await read(tar), [
      { kind: "regular", path: "f", mode: 0o644, size: 5, offset: tar.indexOf("hello") },
      { kind: "contents", bytes: Buffer.from("hello") },
    ]);
});

test("old tars: no magic, and directories that are files with a slash", async () => {
  const tar = tarOf({ name: "d/", magic: "", type: "\0" }, { name: "d/f", magic: "", type: "\0" });
  assert.deepEqual(await read(tar), [
    { kind: "directory", path: "d/" },
    { kind: "regular", path: "d/f", mode: 0o644, size: 0, offset: 1024 },
  ]);
});

const damagedSum = tarOf({ name: "f", contents: "hello" }).fill("g", 0, 1);
for (const [what, tar, message] of [
  ["is empty", Buffer.alloc(0), /byte 0: it ends too early/],
  ["ends in a header", tarOf({ name: "f" }).subarray(0, 300), /ends too early/],
  ["ends in a file", tarOf({ name: "f", contents: "hello" }).subarray(0, 514), /ends too early/],
  ["has no end", tarPart({ name: "f" }), /byte 512: it ends too early/],
  ["is a page", Buffer.from("<html>".repeat(200)), /a header with a wrong checksum/],
  ["has a changed header", damagedSum, /byte 512: a header with a wrong checksum/],
  ["has a size that is no number", tarOf({ name: "f", size: "12x" }), /a malformed number/],
  ["has a huge size", tarOf({ name: "f", size: "\x80".padEnd(12, "\xff") }), /a malformed number/],
  [
    "has a PAX size that is no number",
    tarOf(pax({ size: "-1" }), { name: "f" }),
    /a size that is no number/,
  ],
  ["has broken PAX records", tarOf({ name: "p", type: "x", contents: "9 a=b\n" }), /PAX records/],
  ["has a device", tarOf({ name: "null", type: "3" }), /a device/],
  ["has a pipe", tarOf({ name: "p", type: "6" }), /a named pipe/],
  ["has GNU's sparse file", tarOf({ name: "s", type: "S" }), /a sparse file/],
  [
    "has PAX's sparse file",
    tarOf(pax({ "GNU.sparse.major": "1" }), { name: "s" }),
    /a sparse file/,
  ],
  [
    "names a file differently in PAX and GNU headers",
    tarOf(pax({ path: "a" }), gnuLong("L", "b"), { name: "cut" }),
    /one name in a PAX record and another in a GNU header/,
  ],
  [
    "names the target of a link differently in GNU and PAX headers",
    tarOf(gnuLong("K", "b"), pax({ linkpath: "a" }), { name: "l", type: "2", target: "cut" }),
    /one name in a PAX record/,
  ],
  ["has something new", tarOf({ name: "s", type: "Q" }), /an entry of unknown kind/],
  ["has endless names", tarOf({ name: "n", type: "L", size: "00010000000" }), /header of 2097152/],
] as const)
  test(`refuses a tar that ${what}`, async () => {
    await assert.rejects(read(tar), (error) => {
      assert.ok(error instanceof TarMalformed);
      assert.match(error.message, /^x\.tar: not a tar archive that can be used, at byte \d+: /);
      assert.match(error.message, message);
      return true;
    });
  });

test("reads what our own writer writes, wherever the chunks end", async () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 120 })
    .map((bytes) => ByteString.fromBytes(bytes).replace(/[/\0]/g, "_"));
  const item = fc.record({ name, target: name, contents: fc.uint8Array({ maxLength: 1200 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 4 }), fc.nat(700), async (items, chunk) => {
      async function* written(): AsyncGenerator<TarItem> {
        for (const { name, target, contents } of items) {
          yield { kind: "symlink", path: `/l${name}`, mode: 0o777, owner: Owner.root, target };
          yield {
            kind: "regular",
            path: `/f${name}`,
            mode: 0o444,
            owner: Owner.root,
            size: contents.length,
          };
          yield { kind: "contents", bytes: contents };
        }
      }
      const tar = await Bytes.collect(packTar(written()));
      let contents = Buffer.alloc(0);
      const seen: unknown[] = [];
      const atOffsets: Uint8Array[] = [];
      for await (const event of readTar(inChunks(tar, chunk + 1), "x.tar"))
        if (event.kind === "contents") contents = Buffer.concat([contents, event.bytes]);
        else if (event.kind === "regular") {
          const { offset, ...rest } = event;
          atOffsets.push(tar.subarray(offset, offset + event.size));
          seen.push(rest);
        } else seen.push(event);
      assert.deepEqual(
        seen,
        items.flatMap(({ name, target, contents: { length } }) => [
          { kind: "symlink", path: `/l${name}`, target },
          { kind: "regular", path: `/f${name}`, mode: 0o444, size: length },
        ]),
      );
      assert.ok(contents.equals(Buffer.concat(items.map((each) => each.contents))));
      assert.ok(contents.equals(Buffer.concat(atOffsets)));
    }),
    { numRuns: 150 },
  );
});

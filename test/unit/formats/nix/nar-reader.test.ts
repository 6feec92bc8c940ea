import assert from "node:assert/strict";
import { test } from "node:test";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { NarLimits } from "../../../../provider/formats/nix/nar-limits.ts";
import { narStrings } from "../../../../provider/formats/nix/nar-strings.ts";
import { writeNar } from "../../../../provider/formats/nix/nar-writer.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";
import { hasCode } from "../../../support/has-code.ts";
import { eventsOf, inChunks, narEvents } from "../../../support/nar.ts";
import { readVectors } from "../../../support/vectors.ts";

interface Malformed {
  readonly cases: Readonly<Record<string, { readonly lix: string; readonly nar_base64: string }>>;
}
const malformed = readVectors<Malformed>("nix/malformed-nars").cases;
const GOOD = new Set(["ok", "bytewise-order-ok"]);

for (const [name, { nar_base64 }] of Object.entries(malformed)) {
  test(`${GOOD.has(name) ? "reads" : "refuses"} the vector ${name}, wherever the chunks end`, async () => {
    const nar = Buffer.from(nar_base64, "base64");
    for (const size of [1, 7, 8, 100, nar.length]) {
      const read = narEvents(inChunks(nar, size));
      if (GOOD.has(name)) assert.notEqual((await read).length, 0);
      else await assert.rejects(read, { code: "NAR_MALFORMED" });
    }
  });
}

// By hand, what the vectors do not have.
const str = narStrings;
const nar = (...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([str("nix-archive-1"), ...parts]);
const file = str("(", "type", "regular", "contents", "x", ")");
const entry = (name: string, node: Buffer): Buffer =>
  Buffer.concat([str("entry", "(", "name", name, "node"), node, str(")")]);
const directory = (...entries: readonly Buffer[]): Buffer =>
  Buffer.concat([str("(", "type", "directory"), ...entries, str(")")]);
const length = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};
const contents = str("(", "type", "regular", "contents");

for (const [why, bytes] of [
  ["nothing at all", Buffer.alloc(0)],
  ["another magic", Buffer.concat([str("nix-archive-2"), file])],
  ["a magic of 2^60 bytes", length(2n ** 60n)],
  ["a name twice", nar(directory(entry("a", file), entry("a", file)))],
  ["a name with a slash", nar(directory(entry("a/b", file)))],
  ["a name with a NUL", nar(directory(entry("a\0b", file)))],
  ["a name of 256 bytes", nar(directory(entry("n".repeat(256), file)))],
  [
    "a name of 2^32 bytes",
    nar(str("(", "type", "directory", "entry", "(", "name"), length(2n ** 32n)),
  ],
  [
    "a link target of 4096 bytes",
    nar(str("(", "type", "symlink", "target", "t".repeat(4096), ")")),
  ],
  ["a link target with a NUL", nar(str("(", "type", "symlink", "target", "a\0b", ")"))],
  ["two targets", nar(str("(", "type", "symlink", "target", "a", "target", "b", ")"))],
  ["the type twice", nar(str("(", "type", "regular", "type", "regular", "contents", "", ")"))],
  ["a file without contents", nar(str("(", "type", "regular", ")"))],
  [
    "an executable mark twice",
    nar(str("(", "type", "regular", "executable", "", "executable", "", "contents", "", ")")),
  ],
  ["contents twice", nar(str("(", "type", "regular", "contents", "", "contents", "", ")"))],
  ["a file of 2^53 bytes", nar(contents, length(2n ** 53n))],
  ["a file of 2^64 - 1 bytes", nar(contents, length(2n ** 64n - 1n))],
  ["a file larger than what follows", nar(contents, length(1000n), Buffer.alloc(64))],
  ["a second node", nar(file, file)],
  ["zeros after the end", nar(file, Buffer.alloc(8))],
  [
    "an entry that is not closed",
    nar(str("(", "type", "directory", "entry", "(", "name", "a", "node"), file, str("x", ")")),
  ],
  [
    "65 levels",
    nar(
      ...Array<Buffer>(65).fill(str("(", "type", "directory", "entry", "(", "name", "d", "node")),
      file,
    ),
  ],
] as const) {
  test(`refuses ${why}`, async () => {
    for (const size of [5, 64, 1 << 20])
      await assert.rejects(narEvents(inChunks(bytes, size)), { code: "NAR_MALFORMED" });
  });
}

test("refuses a NAR cut off anywhere", async () => {
  const whole = writeNar(
    Tree.directory({ a: Tree.file("hello", true), b: Tree.symlink("a"), c: Tree.directory() }),
  );
  for (let cut = 0; cut < whole.length; cut++)
    await assert.rejects(narEvents(Bytes.of(whole.subarray(0, cut))), { code: "NAR_MALFORMED" });
});

test("says where: the path and the byte", async () => {
  const bytes = nar(directory(entry("lib", directory(entry("libx.so", str("(", "type", "oops"))))));
  await assert.rejects(narEvents(inChunks(bytes, 10)), (error) => {
    assert.ok(hasCode(error, "NAR_MALFORMED"));
    assert.match(error.message, /at byte 328, in "\/lib\/libx\.so": unknown type "oops"/);
    return true;
  });
});

test("reads depths that were asked for, without recursion", async () => {
  const depth = 50_000;
  const open = Array<Buffer>(depth).fill(
    str("(", "type", "directory", "entry", "(", "name", "d", "node"),
  );
  const close = Array<Buffer>(depth).fill(str(")", ")"));
  let events = 0;
  // The paths are ropes of shared pieces as long as nobody flattens them.
  const source = Bytes.of(nar(...open, file, ...close));
  for await (const event of eventsOf(source, { ...NarLimits.default, depth }))
    if (event.kind !== "contents") events += 1;
  assert.equal(events, depth + 1);
});

test("passes contents on as views of the source's chunks", async () => {
  const whole = writeNar(Tree.file(Buffer.alloc(1_000_000, 7)));
  const chunks = await Array.fromAsync(inChunks(whole, 65_536));
  let size = 0;
  for (const event of await narEvents(Bytes.of(...chunks))) {
    if (event.kind !== "contents") continue;
    size += event.bytes.length;
    assert.equal(event.bytes.buffer, whole.buffer);
  }
  assert.equal(size, 1_000_000);
});

test("reads the source to its end, so that it can still fail", async () => {
  const whole = writeNar(Tree.file("x"));
  async function* source(): AsyncGenerator<Uint8Array> {
    yield whole;
    await Promise.resolve();
    throw new Error("wrong hash");
  }
  await assert.rejects(narEvents(source()), /wrong hash/);
});

test("closes the source when it refuses", async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield await Promise.resolve(Buffer.alloc(1000, 1));
    } finally {
      closed = true;
    }
  }
  await assert.rejects(narEvents(endless()), { code: "NAR_MALFORMED" });
  assert.ok(closed);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import { ByteString } from "../../../../provider/base/byte-string.ts";
import { Owner } from "../../../../provider/base/owner.ts";
import { encodeHeader, type TarHeader } from "../../../../provider/formats/tar/header.ts";

interface Vector {
  readonly what: string;
  readonly kind: TarHeader["kind"];
  readonly path: string;
  readonly target: string;
  readonly mode: number;
  readonly size: number;
  /** Absent: root. */
  readonly owner?: Owner;
  readonly header: string;
}
const VECTORS = readFileSync(new URL("../../../vectors/tar/headers.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Vector);

/** The notation of test/vectors/tar/SOURCE.md. */
const bytesOf = (shown: string): ByteString =>
  shown.replace(/%([0-9A-F]{2})(?:\*(\d+);)?/g, (_, hex: string, times = "1") =>
    String.fromCharCode(parseInt(hex, 16)).repeat(Number(times)),
  );

function headerOf(vector: Vector): TarHeader {
  const { uid, gid, user, group } = vector.owner ?? Owner.root;
  const owner = { uid, gid, user: bytesOf(user), group: bytesOf(group) };
  const entry = { path: bytesOf(vector.path), mode: vector.mode, owner };
  switch (vector.kind) {
    case "directory":
      return { ...entry, kind: "directory" };
    case "regular":
      return { ...entry, kind: "regular", size: vector.size };
    case "symlink":
      return { ...entry, kind: "symlink", target: bytesOf(vector.target) };
  }
}

for (const what of new Set(VECTORS.map((vector) => vector.what))) {
  test(`writes the header Go writes: ${what}`, () => {
    for (const vector of VECTORS.filter((each) => each.what === what)) {
      const header = ByteString.fromBytes(encodeHeader(headerOf(vector)));
      assert.equal(header, bytesOf(vector.header), `${vector.path} -> ${vector.target}`);
    }
  });
}

test("a header is whole blocks, and its last block sums to its checksum", () => {
  const bytes = fc.stringMatching(/^[\x01-\xff]{1,300}$/);
  fc.assert(
    fc.property(bytes, bytes, (path, target) => {
      const header = encodeHeader({
        kind: "symlink",
        path: `/${path}`,
        target,
        mode: 0o777,
        owner: Owner.root,
      });
      assert.equal(header.length % 512, 0);
      const block = header.subarray(-512);
      const field = Buffer.from(block.subarray(148, 154)).toString();
      const sum = block.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
      assert.equal(parseInt(field, 8), sum);
    }),
  );
});

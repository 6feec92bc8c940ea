/**
 * Mutated tarballs: they become a NAR that can be read, or a LixImageError; the checksums of their
 * headers are made right again, since else nothing behind them would be looked at.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Bytes } from "../../provider/base/bytes.ts";
import { LixImageError } from "../../provider/base/errors.ts";
import { readNar } from "../../provider/formats/nix/nar-reader.ts";
import { narOfTarball } from "../../provider/substituter/tarball.ts";
import { mutated } from "../support/mutated.ts";
import { inChunks } from "../support/nar.ts";
import { gnuLong, pax, tarOf } from "../support/tar.ts";

const numRuns = Math.ceil(Number(process.env["FUZZ_RUNS"] ?? 1000) / 2);

const seeds = [
  tarOf(
    pax({ comment: "a revision" }, "g"),
    { name: "s/", type: "5" },
    { name: "s/f", contents: "x".repeat(600), mode: 0o755 },
    { name: "s/h", type: "1", target: "s/f" },
  ),
  tarOf(pax({ path: "s/long\xff", size: "5" }), { name: "s/cut", contents: "hello" }),
  tarOf(pax({ linkpath: "t".repeat(200) }), { name: "s/l", type: "2", target: "cut" }),
  tarOf(gnuLong("L", `s/${"d/".repeat(80)}f`), { name: "s/cut", contents: "hello" }),
];

test(`${numRuns} mutated tarballs become NARs, or are refused`, async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(mutated(seeds, 512), fc.integer({ min: 1, max: 900 }), async (tar, size) => {
      const source = inChunks(summedUp(tar), size);
      let nar: Uint8Array;
      try {
        nar = await Bytes.collect(narOfTarball(source, { label: "x.tar", limit: 1_000_000 }));
      } catch (error) {
        assert.ok(error instanceof LixImageError, String(error));
        return;
      }
      for await (const _ of readNar(Bytes.of(nar))) continue;
      accepted += 1;
    }),
    { numRuns },
  );
  assert.ok(accepted > 0 && accepted < numRuns, `${accepted} of ${numRuns} accepted`);
});

/** With the right sum in every block that looks like a header. */
function summedUp(tar: Uint8Array): Uint8Array {
  const bytes = Buffer.from(tar);
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (block.toString("latin1", 257, 262) !== "ustar") continue;
    block.fill(" ", 148, 156);
    const sum = block.reduce((all, byte) => all + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  }
  return bytes;
}

/**
 * Mutated NARs: the reader gives events or throws a LixImageError, in time and memory bounded by the
 * input; and what it accepts is exactly what Nix would have written for the tree it reported.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LixImageError } from "../../provider/base/errors.ts";
import { writeNar } from "../../provider/formats/nix/nar-writer.ts";
import type { Tree } from "../../provider/formats/nix/tree.ts";
import { mutated } from "../support/mutated.ts";
import { inChunks, readTree } from "../support/nar.ts";
import { treeOf, type NarVector } from "../support/nar-vectors.ts";
import { readVectors } from "../support/vectors.ts";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 1000);

const cases = readVectors<{ cases: Record<string, { nar_base64: string }> }>(
  "nix/malformed-nars",
).cases;
const seeds = [
  ...readVectors<readonly NarVector[]>("nix/nar").map((vector) => writeNar(treeOf(vector))),
  ...Object.values(cases).map(({ nar_base64 }) => Buffer.from(nar_base64, "base64")),
].filter((nar) => nar.length < 5000);

async function read(nar: Uint8Array, chunk: number): Promise<Tree | undefined> {
  try {
    return await readTree(inChunks(nar, chunk));
  } catch (error) {
    assert.ok(error instanceof LixImageError, String(error));
    return undefined;
  }
}

test(`${numRuns} mutated NARs are read as what they are, or refused`, async () => {
  let accepted = 0;
  const chunk = fc.integer({ min: 1, max: 300 });
  await fc.assert(
    fc.asyncProperty(mutated(seeds, 8), chunk, async (nar, size) => {
      const tree = await read(nar, size);
      if (tree === undefined) return;
      accepted += 1;
      assert.deepEqual(Buffer.from(writeNar(tree)), Buffer.from(nar));
    }),
    { numRuns },
  );
  // Both outcomes must have been seen for this to say anything.
  assert.ok(accepted > 0 && accepted < numRuns, `${accepted} of ${numRuns} accepted`);
});

test("random bytes are refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      assert.equal(await read(bytes, 64), undefined);
    }),
    { numRuns },
  );
});

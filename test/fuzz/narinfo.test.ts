/**
 * Mutated narinfos: a value that survives being written and read again, or a LixImageError.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LixImageError } from "../../provider/base/errors.ts";
import { checkContentAddress } from "../../provider/formats/nix/content-address.ts";
import { NarInfo } from "../../provider/formats/nix/narinfo.ts";
import { isSignedBy, PublicKey } from "../../provider/formats/nix/signature.ts";
import { mutated } from "../support/mutated.ts";
import { readVectors } from "../support/vectors.ts";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 1000);

const caches = readVectors<readonly { narinfos: Record<string, string> }[]>("nix/binary-caches");
const seeds = caches
  .flatMap((cache) => Object.values(cache.narinfos))
  .map((text) => Buffer.from(text));
const keys = [PublicKey.parse(readVectors<{ publicKey: string }>("nix/signatures").publicKey)];

/** The value, or undefined when it was refused in the proper way. */
function orRefused<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    assert.ok(error instanceof LixImageError, String(error));
    return undefined;
  }
}

test(`${numRuns} mutated narinfos are read as what they are, or refused`, () => {
  let accepted = 0;
  fc.assert(
    fc.property(mutated(seeds), (bytes) => {
      const text = Buffer.from(bytes).toString("utf8");
      const info = orRefused(() => NarInfo.parse(text));
      if (info === undefined) return;
      accepted += 1;
      assert.deepEqual(NarInfo.parse(NarInfo.format(info)), info);
      assert.equal(typeof isSignedBy(info, keys), "boolean");
      if (info.ca !== undefined) orRefused(() => checkContentAddress(info));
    }),
    { numRuns },
  );
  assert.ok(accepted > 0 && accepted < numRuns, `${accepted} of ${numRuns} accepted`);
});

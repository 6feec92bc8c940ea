/** Mutated inputs for one parser: it gives a value or a LixImageError, and ends. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LixImageError, render } from "../../provider/base/errors.ts";
import { assertPrintable } from "./hostile-text.ts";
import { mutated } from "./mutated.ts";

/** In CI a thousand; on demand any number. */
export const FUZZ_RUNS = Number(process.env["FUZZ_RUNS"] ?? 1000);
/** Printed, so that a failure in CI can be had again. */
export const FUZZ_SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() & 0x7fffffff);

export interface Fuzzed {
  readonly name: string;
  readonly seeds: readonly (string | Uint8Array)[];
  readonly read: (bytes: Uint8Array) => unknown;
  /** How much of the runs; default: all. Some start a decoder each time. */
  readonly share?: number;
  /** Some mutations insert and remove whole units of this many bytes. */
  readonly unit?: number;
}

export const text = (read: (text: string) => unknown) => (bytes: Uint8Array) =>
  read(Buffer.from(bytes).toString("utf8"));

export function fuzz({ name, seeds, read, share = 1, unit = 1 }: Fuzzed): void {
  const numRuns = Math.max(1, Math.ceil(FUZZ_RUNS * share));
  test(`${numRuns} mutations of ${name} are read, or refused with an error of the catalogue`, async (t) => {
    t.diagnostic(`FUZZ_SEED=${FUZZ_SEED} FUZZ_RUNS=${FUZZ_RUNS}`);
    let refused = 0;
    const inputs = mutated(
      seeds.map((seed) => Buffer.from(seed)),
      unit,
    );
    await fc.assert(
      fc.asyncProperty(inputs, async (bytes) => {
        try {
          await read(bytes);
        } catch (error) {
          assert.ok(error instanceof LixImageError, error instanceof Error ? error.stack : "");
          assertPrintable(render(error), name);
          refused += 1;
        }
      }),
      { numRuns, seed: FUZZ_SEED },
    );
    t.diagnostic(`${refused} refused`);
  });
}

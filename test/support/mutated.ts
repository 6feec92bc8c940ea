import fc from "fast-check";

/** One of the seeds, with a few bytes changed, put in, taken out, repeated or cut off, by `unit`s if > 1. */
export function mutated(seeds: readonly Uint8Array[], unit = 1): fc.Arbitrary<Uint8Array> {
  const step = fc.record({
    kind: fc.constantFrom(
      "set",
      "flip",
      "insert",
      "remove",
      "repeat",
      "truncate",
      "aligned" as const,
    ),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 48 }),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(step, { maxLength: 3 }))
    .map(([seed, steps]) =>
      steps.reduce<Buffer>((bytes, { kind, ...one }) => {
        const at = bytes.length === 0 ? 0 : one.at % bytes.length;
        const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
        switch (kind) {
          case "set":
            return Buffer.concat([before, Buffer.of(one.byte), after.subarray(1)]);
          case "flip":
            return Buffer.concat([
              before,
              Buffer.of((after[0] ?? 0) ^ (1 << (one.byte % 8))),
              after.subarray(1),
            ]);
          case "insert":
            return Buffer.concat([before, Buffer.alloc(one.length, one.byte), after]);
          case "remove":
            return Buffer.concat([before, after.subarray(one.length)]);
          case "repeat":
            return Buffer.concat([before, after.subarray(0, one.length), after]);
          case "truncate":
            return Buffer.from(before);
          case "aligned": {
            const start = at - (at % unit);
            return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + unit)]);
          }
        }
      }, Buffer.from(seed)),
    );
}

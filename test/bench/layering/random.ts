/** Numbers that look random, the same for the same seed on every machine. */
export interface Random {
  /** From 0 to 1. */
  readonly unit: () => number;
  readonly chance: (probability: number) => boolean;
  /** From 0 to `below - 1`. */
  readonly integer: (below: number) => number;
  /** Mean 0, deviation 1. */
  readonly normal: () => number;
}

/** @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    unit,
    chance: (probability) => unit() < probability,
    integer: (below) => Math.floor(unit() * below),
    // The sum of twelve uniform numbers has deviation 1.
    normal: () => Array.from({ length: 12 }, unit).reduce((sum, each) => sum + each, -6),
  };
}

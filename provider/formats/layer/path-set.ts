/** A set of paths, by their numbers: one bit each, because closures are joined and counted very often. */
export type PathSet = Uint32Array;

/** Functions over sets of one length. */
export const PathSet = {
  /** @param length all members are below it. */
  of(members: Iterable<number>, length: number): PathSet {
    const set = new Uint32Array((length + 31) >>> 5);
    for (const member of members)
      set[member >>> 5] = (set[member >>> 5] ?? 0) | (1 << (member & 31));
    return set;
  },

  union: (a: PathSet, b: PathSet): PathSet => a.map((bits, at) => bits | (b[at] ?? 0)),

  /** The number of members of the union. */
  unionSize(a: PathSet, b: PathSet): number {
    let size = 0;
    for (let at = 0; at < a.length; at += 1) size += bitCount((a[at] ?? 0) | (b[at] ?? 0));
    return size;
  },
};

/** @see Hacker's Delight, figure 5-2 */
function bitCount(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The names closest to a mistyped or cut one, at most `count`, by edit distance. @module */

export function nearest(wanted: string, names: Iterable<string>, count = 3): string[] {
  const limit = Math.max(2, Math.floor(wanted.length / 2));
  return [...names]
    .map((name) => ({
      name,
      distance: isBeginning(wanted, name) ? 0 : distance(wanted.toLowerCase(), name.toLowerCase()),
    }))
    .filter((candidate) => candidate.distance <= limit)
    .sort(
      (a, b) =>
        a.distance - b.distance ||
        // If several begin with it, the shortest is the nearest.
        (a.distance === 0 ? a.name.length - b.name.length : 0) ||
        (a.name < b.name ? -1 : 1),
    )
    .slice(0, count)
    .map((candidate) => candidate.name);
}

/** With fewer than three letters, too many names would match. */
const isBeginning = (wanted: string, name: string): boolean =>
  wanted.length >= 3 && name.toLowerCase().startsWith(wanted.toLowerCase());

/** Levenshtein, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

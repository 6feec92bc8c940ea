/**
 * Parts of a whole by weight, in whole bytes that add up to it. A layer is compressed as one stream, so what a
 * part has of it is an estimate where there are several.
 */
export function shares(whole: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  let given = 0;
  return weights.map((weight, index) => {
    before += weight;
    const isLast = index === weights.length - 1;
    const until = isLast ? whole : total === 0 ? 0 : Math.floor(whole * (before / total));
    const share = until - given;
    given = until;
    return share;
  });
}

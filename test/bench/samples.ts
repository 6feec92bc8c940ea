import type { NodeUsage, Usage } from "../support/measured.ts";

/** Something that is measured, once a round. */
export interface Subject {
  readonly name: string;
  readonly run: () => Promise<Usage | NodeUsage>;
}

/** All that was measured of a subject. */
export interface Samples {
  readonly name: string;
  readonly usages: (Usage | NodeUsage)[];
}

/** In turn, round after round: the machine's mood then falls on all of them alike. */
export async function sample(
  subjects: readonly Subject[],
  rounds: number,
  progress: (line: string) => void,
): Promise<Samples[]> {
  const samples = subjects.map(({ name }): Samples => ({ name, usages: [] }));
  for (let round = 1; round <= rounds; round += 1)
    for (const [index, { name, run }] of subjects.entries()) {
      progress(`round ${round} of ${rounds}: ${name}`);
      samples[index]?.usages.push(await run());
    }
  return samples;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

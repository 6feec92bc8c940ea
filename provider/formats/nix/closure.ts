import { StorePath } from "./store-path.ts";

/** The roots and everything they refer to, sorted. */
export function closureOf(
  roots: Iterable<StorePath>,
  references: (path: StorePath) => readonly StorePath[],
): StorePath[] {
  const closure = new Set(roots);
  // A Set goes on to what is added while it is walked.
  for (const path of closure) for (const reference of references(path)) closure.add(reference);
  return [...closure].sort(StorePath.compare);
}

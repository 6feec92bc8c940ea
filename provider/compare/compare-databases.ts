/** The rows of two store databases. @module */
import type { StoreRow } from "../formats/nix/read-database.ts";
import type { Difference } from "./difference.ts";
import type { HashRewriter } from "./store-hashes.ts";

export type StoreRows = ReadonlyMap<string, StoreRow>;

/** How many store paths have a row in both, and in one of them. */
export interface RegisteredPaths {
  readonly both: number;
  readonly onlyHere: number;
  readonly onlyThere: number;
}

export interface DatabaseComparison {
  readonly registered: RegisteredPaths;
  readonly differences: readonly Difference[];
}

/**
 * @param isOnlyHashes whether what is in one of our store paths differs from its namesake in the other image by
 * nothing but hashes. The hash of its NAR is another one then.
 */
export function compareDatabases(
  here: StoreRows,
  there: StoreRows,
  {
    rewrite,
    isOnlyHashes,
  }: { rewrite: HashRewriter; isOnlyHashes: (storePath: string) => boolean },
): DatabaseComparison {
  let [both, onlyHere, onlyThere] = [0, 0, 0];
  const differences: Difference[] = [];
  const others = new Map([...there].map(([path, row]) => [rewrite(path), { path, row }]));
  for (const path of [...new Set([...here.keys(), ...others.keys()])].sort()) {
    const [ours, theirs] = [here.get(path), others.get(path)];
    if (ours === undefined || theirs === undefined) {
      if (ours === undefined) onlyThere += 1;
      else onlyHere += 1;
      const [mine, other] = [ours && path, theirs?.path];
      differences.push({
        about: "database",
        subject: `${mine ?? other}`,
        here: mine,
        there: other,
      });
      continue;
    }
    both += 1;
    const found = [...new Set([...ours.keys(), ...theirs.row.keys()])].flatMap((column) => {
      const [mine, other] = [ours.get(column), theirs.row.get(column)];
      if (mine === other) return [];
      const onlyHashes =
        column === "hash"
          ? isOnlyHashes(path)
          : other !== undefined && sortedWords(rewrite(other)) === sortedWords(mine ?? "");
      const subject = `${path}: ${column}`;
      return [{ about: "database" as const, subject, here: mine, there: other, onlyHashes }];
    });
    differences.push(...found);
  }
  return { registered: { both, onlyHere, onlyThere }, differences };
}

/** References are ordered by their hashes. */
const sortedWords = (text: string): string => text.split(" ").sort().join(" ");

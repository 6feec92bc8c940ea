/** Says which differences two file systems have: a store path is one difference, whatever is in it. @module */
import { ByteString } from "../base/byte-string.ts";
import type { FileDifference } from "./compare-trees.ts";
import type { Difference } from "./difference.ts";
import type { FileNode } from "./file-system.ts";
import { ImageFile } from "./image-file.ts";
import type { HashRewriter, StorePair } from "./store-hashes.ts";

/** What is known about the contents of a file that differs. */
export interface ContentsDifference {
  /** Whether nothing but hashes of store paths is different. */
  readonly onlyHashes: boolean;
  readonly lines: readonly string[] | undefined;
}

export interface FileComparison {
  readonly rewrite: HashRewriter;
  readonly pairs: readonly StorePair[];
  readonly contents: ReadonlyMap<FileDifference, ContentsDifference>;
  /** Whether our hash of a store path follows from its contents. */
  readonly isContentAddressed: (storePath: string) => boolean;
}

const STORE = /^nix\/store\/([0-9a-df-np-sv-z]{32}-[^/]+)/;

/** The entry of /nix/store that a file is or belongs to, `<hash>-<name>`. */
export const storeBaseOf = (path: ByteString): ByteString | undefined => STORE.exec(path)?.[1];

export function describeFiles(
  found: readonly FileDifference[],
  comparison: FileComparison,
): Difference[] {
  const pairs = new Map(comparison.pairs.map((pair) => [pair.here, pair]));
  const groups = Map.groupBy(found, ({ path }) => storeBaseOf(path));
  const outside = (groups.get(undefined) ?? []).map((each) => describeFile(each, comparison));
  const inside = [...groups].flatMap(([base, differences]) => {
    if (base === undefined) return [];
    const pair = pairs.get(base) ?? { here: base, there: base };
    return [describeStorePath(pair, differences, comparison)];
  });
  return [...inside, ...outside];
}

function describeFile(difference: FileDifference, comparison: FileComparison): Difference {
  const { path, pathThere, here, there } = difference;
  const subject = textOf(here === undefined ? pathThere : path);
  const lines = comparison.contents.get(difference)?.lines;
  const texts =
    here && there
      ? (ImageFile.difference(here.file, there.file) ?? {
          here: `/${path}`,
          there: `/${pathThere}`,
        })
      : { here: here && summaryOf(here), there: there && summaryOf(there) };
  return {
    about: "file",
    subject,
    here: texts.here && ByteString.toText(texts.here),
    there: texts.there && ByteString.toText(texts.there),
    ...(isOnlyHashes(difference, comparison) && { onlyHashes: true }),
    ...(lines && { lines }),
  };
}

const LINES_SHOWN = 5;

function describeStorePath(
  { here, there }: StorePair,
  found: readonly FileDifference[],
  comparison: FileComparison,
): Difference {
  const [ours, theirs] = [storePathOf(here), storePathOf(there)];
  const [only] = found;
  if (
    only !== undefined &&
    (only.here === undefined || only.there === undefined) &&
    only.path === ours.slice(1)
  )
    return {
      about: "store path",
      subject: only.here === undefined ? textOf(only.pathThere) : ours,
      here: only.here && summaryOf(only.here),
      there: only.there && summaryOf(only.there),
    };
  const inside = found.filter((each) => !isSame(each));
  const shown = inside.slice(0, LINES_SHOWN).map((each) => {
    const { subject, here: mine, there: other } = describeFile(each, comparison);
    return `${subject}: here ${mine ?? "nothing"}; there ${other ?? "nothing"}`;
  });
  const more = inside.length - shown.length;
  const onlyHashes =
    here !== there &&
    comparison.isContentAddressed(ours) &&
    inside.every((each) => isOnlyHashes(each, comparison));
  return {
    about: "store path",
    subject: ours,
    here: here === there ? "other contents" : ours,
    there: here === there ? "other contents" : theirs,
    ...(onlyHashes
      ? { onlyHashes }
      : {
          lines: [
            ...(inside.length === 0 ? ["the same files"] : shown),
            ...(more > 0 ? [`and ${more} more files`] : []),
          ],
        }),
  };
}

const storePathOf = (base: ByteString): string => `/nix/store/${ByteString.toText(base)}`;
const textOf = (path: ByteString): string => `/${ByteString.toText(path)}`;

/** Where only the names differ. */
const isSame = ({ here, there }: FileDifference): boolean =>
  here !== undefined &&
  there !== undefined &&
  ImageFile.difference(here.file, there.file) === undefined;

function isOnlyHashes(difference: FileDifference, { rewrite, contents }: FileComparison): boolean {
  const { here, there, path, pathThere } = difference;
  if (here === undefined || there === undefined || here.file.kind !== there.file.kind) return false;
  // Everything else is the same.
  const sameContents = { ...there.file, contents: here.file.contents };
  if (ImageFile.difference(here.file, sameContents) !== undefined) return false;
  if (here.file.contents === there.file.contents) return path === rewrite(pathThere);
  return here.file.kind === "symlink"
    ? here.file.contents === rewrite(there.file.contents)
    : contents.get(difference)?.onlyHashes === true;
}

/** `a directory with 12 files` */
function summaryOf({ file, entries }: FileNode): string {
  switch (file.kind) {
    case "directory":
      return `a directory with ${countFiles({ file, entries })} files`;
    case "symlink":
      return `a link to ${file.contents}`;
    case "regular":
      return `a file of ${file.size} bytes`;
  }
}

/** Files and links below it, or itself. */
export function countFiles({ file, entries }: Pick<FileNode, "file" | "entries">): number {
  if (file.kind !== "directory") return 1;
  let count = 0;
  for (const node of entries.values()) count += countFiles(node);
  return count;
}

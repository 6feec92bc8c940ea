/** What is different in the contents of files, as far as that can be told from text. @module */
import { ByteString } from "../base/byte-string.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { FileDifference } from "./compare-trees.ts";
import type { ContentsDifference } from "./file-differences.ts";
import type { FileNode } from "./file-system.ts";
import { readFileContents, type Layer, type LayerSource } from "./layer-files.ts";
import type { HashRewriter } from "./store-hashes.ts";

/** An image whose files are read again. */
export interface ReadAgain {
  readonly source: LayerSource;
  readonly layers: readonly Layer[];
}

// What is generated is small. Larger files that differ are reported by their hashes.
const MOST_BYTES = 1024 * 1024;
const MOST_FILES = 1000;

/** Reads the files that differ and are worth a look. */
export async function contentsDifferences(
  differences: readonly FileDifference[],
  { here, there, rewrite }: { here: ReadAgain; there: ReadAgain; rewrite: HashRewriter },
): Promise<ReadonlyMap<FileDifference, ContentsDifference>> {
  const wanted = differences.filter(isReadable).slice(0, MOST_FILES);
  const ours = await contentsOf(
    here,
    wanted.map(({ path, here: node }) => ({ path, node })),
  );
  const theirs = await contentsOf(
    there,
    wanted.map(({ pathThere, there: node }) => ({ path: pathThere, node })),
  );
  return new Map(
    wanted.flatMap((difference) => {
      const [mine, other] = [ours.get(difference.path), theirs.get(difference.pathThere)];
      if (mine === undefined || other === undefined) return [];
      const onlyHashes = mine === rewrite(other);
      return [[difference, { onlyHashes, lines: changedLines(mine, rewrite(other)) }]];
    }),
  );
}

function isReadable({ here, there }: FileDifference): boolean {
  if (here?.file.kind !== "regular" || there?.file.kind !== "regular") return false;
  return (
    here.file.contents !== there.file.contents &&
    Math.max(here.file.size, there.file.size) <= MOST_BYTES
  );
}

interface WantedFile {
  readonly path: ByteString;
  readonly node: FileNode | undefined;
}

/** By path. A hard link's contents stand elsewhere, and are left out. */
export async function contentsOf(
  { source, layers }: ReadAgain,
  wanted: readonly WantedFile[],
): Promise<ReadonlyMap<ByteString, ByteString>> {
  const found = new Map<ByteString, ByteString>();
  const byLayer = Map.groupBy(wanted, ({ node }): Digest | undefined => node?.layer);
  for (const layer of layers) {
    const paths = new Set(byLayer.get(layer.digest)?.map(({ path }) => path));
    if (paths.size === 0) continue;
    for (const [path, bytes] of await readFileContents(source, layer, paths))
      found.set(path, ByteString.fromBytes(bytes));
  }
  return found;
}

const MOST_LINES = 10;

/** Undefined for what is no text. */
function changedLines(here: ByteString, there: ByteString): readonly string[] | undefined {
  if (here.includes("\0") || there.includes("\0")) return undefined;
  const [ours, theirs] = [here.split("\n"), there.split("\n")];
  const [mine, other] = [new Set(ours), new Set(theirs)];
  const changed = [
    ...theirs.filter((line) => !mine.has(line)).map((line) => `- ${ByteString.toText(line)}`),
    ...ours.filter((line) => !other.has(line)).map((line) => `+ ${ByteString.toText(line)}`),
  ];
  if (changed.length === 0) return undefined;
  const shown = changed.slice(0, MOST_LINES);
  const more = changed.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more lines`] : [])];
}

/** The files in a store path, or in another part of an image, by size. @module */
import { ByteString } from "../base/byte-string.ts";
import type { ListingNode } from "../formats/nix/listing.ts";
import type { Tree } from "../formats/nix/tree.ts";
import { shares } from "./shares.ts";

export interface FileSizes {
  readonly name: string;
  readonly size: number;
  /** Undefined for a file. */
  readonly inside?: readonly FileSizes[];
}

export interface FileReport {
  readonly name: string;
  /** Its shares of the store path's bytes, estimated by the sizes of the files. */
  readonly size: number;
  readonly unpackedSize: number;
  /** Left out for a file, and for a directory that is too small to be divided further. */
  readonly inside?: readonly FileReport[];
}

export const FileSizes = {
  /** @param node of a tree, or of a listing, which knows how large its files are. */
  of(node: Tree | ListingNode, name: ByteString = ""): FileSizes {
    const text = ByteString.toText(name);
    if (node.kind === "symlink") return { name: text, size: 0 };
    if (node.kind === "regular")
      return { name: text, size: "size" in node ? node.size : node.contents.length };
    return directory(
      text,
      [...node.entries].map(([child, each]) => FileSizes.of(each, child)),
    );
  },

  /** From the paths of files, with their sizes; a tar has no more. */
  ofPaths(files: ReadonlyMap<ByteString, number>, name: ByteString = ""): FileSizes {
    const groups = Map.groupBy(files, ([path]) => path.split("/", 1).join());
    return directory(
      ByteString.toText(name),
      [...groups].map(([first, within]) => {
        const [[path, size] = ["", 0]] = within;
        if (path === first) return { name: ByteString.toText(first), size };
        const below = within.map(([each, bytes]) => [each.slice(first.length + 1), bytes] as const);
        return FileSizes.ofPaths(new Map(below), first);
      }),
    );
  },

  /**
   * What is in it, in shares of the whole.
   * @param least What has fewer bytes is counted together, so that a report on 100,000 files stays small.
   */
  report(
    { inside = [], size }: FileSizes,
    whole: Pick<FileReport, "size" | "unpackedSize">,
    least: number,
  ): readonly FileReport[] | undefined {
    const large = inside
      .filter((each) => each.size >= least)
      .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
    if (large.length === 0) return undefined;
    const rest = size - large.reduce((sum, each) => sum + each.size, 0);
    const shown = rest === 0 ? large : [...large, { name: "smaller files", size: rest }];
    const weights = shown.map((each) => each.size);
    const [sizes, unpackedSizes] = [
      shares(whole.size, weights),
      shares(whole.unpackedSize, weights),
    ];
    return shown.map((each, index) => {
      const own = { size: sizes[index] ?? 0, unpackedSize: unpackedSizes[index] ?? 0 };
      const further = FileSizes.report(each, own, least);
      return { name: each.name, ...own, ...(further && { inside: further }) };
    });
  },
};

const directory = (name: string, inside: readonly FileSizes[]): FileSizes => ({
  name,
  size: inside.reduce((sum, { size }) => sum + size, 0),
  inside,
});

/**
 * A file system object as Nix knows it: no time, one exec bit. Small ones only, held in memory; large
 * ones stream as {@link NarEvent}s.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import type { Owner } from "../../base/owner.ts";

/** What an image says of a file and a NAR leaves out; a store path has neither. */
export interface Attributes {
  /** Permission bits, set-id and sticky bits. Default: what the layer gives to such a file. */
  readonly mode?: number | undefined;
  /** Default: the owner of the directory that it is in. */
  readonly owner?: Owner | undefined;
}

export interface RegularFile extends Attributes {
  readonly kind: "regular";
  readonly executable: boolean;
  readonly contents: Uint8Array;
}
export interface SymbolicLink extends Attributes {
  readonly kind: "symlink";
  readonly target: ByteString;
}
export interface Directory extends Attributes {
  readonly kind: "directory";
  /** In any order: writers sort bytewise by name. */
  readonly entries: ReadonlyMap<ByteString, Tree>;
}
export type Tree = RegularFile | SymbolicLink | Directory;

export const Tree = {
  file: (contents: string | Uint8Array, executable = false): RegularFile => ({
    kind: "regular",
    executable,
    contents: typeof contents === "string" ? Buffer.from(contents, "utf8") : contents,
  }),
  symlink: (target: ByteString): SymbolicLink => ({ kind: "symlink", target }),
  directory: (entries: Readonly<Record<ByteString, Tree>> = {}): Directory => ({
    kind: "directory",
    entries: new Map(Object.entries(entries)),
  }),
  with: <T extends Tree>(tree: T, attributes: Attributes): T => ({ ...tree, ...attributes }),
};

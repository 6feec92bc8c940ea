/**
 * A file system object as Nix knows it: no owner, no time, one exec bit. Small ones only, held in
 * memory; large ones stream as {@link NarEvent}s.
 * @module
 */
import type { ByteString } from "../base/byte-string.ts";

export interface RegularFile {
  readonly kind: "regular";
  readonly executable: boolean;
  readonly contents: Uint8Array;
}
export interface SymbolicLink {
  readonly kind: "symlink";
  readonly target: ByteString;
}
export interface Directory {
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
};

import type { ByteString } from "../../base/byte-string.ts";

/**
 * A NAR as it streams by, depth first, siblings ascending by bytes. `path` is relative to the root, "" for the
 * root itself, "a/b" below it. A "regular" is followed by "contents" events whose bytes add up to `size`; a
 * "directory" by its entries. There is no end event: the next event shows where a node ends.
 */
export type NarEvent =
  | { readonly kind: "directory"; readonly path: ByteString }
  | { readonly kind: "symlink"; readonly path: ByteString; readonly target: ByteString }
  | {
      readonly kind: "regular";
      readonly path: ByteString;
      readonly executable: boolean;
      readonly size: number;
    }
  | { readonly kind: "contents"; readonly bytes: Uint8Array };

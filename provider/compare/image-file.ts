/** A file of an image, as its layers describe it. @module */
import type { ByteString } from "../base/byte-string.ts";

export interface ImageFile {
  readonly kind: "regular" | "symlink" | "directory";
  /** sha256 in hex of a regular file, the target of a symlink, "" for a directory. */
  readonly contents: ByteString;
  /** Of a regular file. */
  readonly size: number;
  readonly mode: number;
  /** `0:0` */
  readonly owner: string;
  /** In seconds. Undefined for a directory that no layer has an entry for. */
  readonly mtime: number | undefined;
  /** Extended attributes: `security.capability=…`, one a line. */
  readonly xattrs: string;
}

export const ImageFile = {
  /** A directory that exists only because something is in it. */
  implied: {
    kind: "directory",
    contents: "",
    size: 0,
    mode: 0o755,
    owner: "0:0",
    mtime: undefined,
    xattrs: "",
  } satisfies ImageFile,

  /** What is different, one text a side: `mode 0444`, `mode 0644`. Undefined if nothing is. */
  difference(
    here: ImageFile,
    there: ImageFile,
  ): { readonly here: string; readonly there: string } | undefined {
    const aspects = ASPECTS.filter((aspect) => !aspect.equal(here, there));
    if (aspects.length === 0) return undefined;
    const text = (file: ImageFile): string => aspects.map(({ show }) => show(file)).join(", ");
    return { here: text(here), there: text(there) };
  },
};

interface Aspect {
  readonly equal: (a: ImageFile, b: ImageFile) => boolean;
  readonly show: (file: ImageFile) => string;
}

const ASPECTS: readonly Aspect[] = [
  {
    equal: (a, b) => a.kind === b.kind && a.contents === b.contents,
    show: ({ kind, size, contents }) => {
      switch (kind) {
        case "regular":
          return `a file of ${size} bytes, sha256 ${contents}`;
        case "symlink":
          return `a link to ${contents}`;
        case "directory":
          return "a directory";
      }
    },
  },
  {
    // A link has no mode of its own in Linux.
    equal: (a, b) => a.mode === b.mode || a.kind === "symlink" || a.kind !== b.kind,
    show: ({ mode }) => `mode ${mode.toString(8).padStart(4, "0")}`,
  },
  { equal: (a, b) => a.owner === b.owner, show: ({ owner }) => `owner ${owner}` },
  {
    equal: (a, b) => a.mtime === undefined || b.mtime === undefined || a.mtime === b.mtime,
    show: ({ mtime }) => `mtime ${mtime ?? "unknown"}`,
  },
  {
    equal: (a, b) => a.xattrs === b.xattrs,
    show: ({ xattrs }) => `extended attributes ${xattrs === "" ? "none" : xattrs}`,
  },
];

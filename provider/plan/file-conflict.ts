/** Two parts of an image that want to decide what is at one path. @module */
import { ByteString } from "../base/byte-string.ts";
import type { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";

export const FileConflict = {
  /** Two entries of `files` name the same path. */
  entries: (one: string, other: string, path: ByteString): LixImageError =>
    lixError("FILE_CONFLICT", { one, other, path, hint: "leave one of them out" }),

  /** @param other what `parent` comes from. */
  below(
    one: string,
    other: string,
    parent: ByteString,
    kind: "regular" | "symlink",
  ): LixImageError {
    const shown = JSON.stringify(ByteString.toText(parent));
    const hint =
      kind === "symlink"
        ? `${shown} is a link: name the place that it leads to, or replace it: ${shown}: { directory: true }`
        : `${shown} is a file, which holds no other files: choose another path`;
    return lixError("FILE_CONFLICT", { one, other, path: parent, hint });
  },

  directory: (one: string, other: string, path: ByteString): LixImageError =>
    lixError("FILE_CONFLICT", {
      one,
      other,
      path,
      hint: "there is a directory, which a file or link would hide: name a path in it",
    }),

  /** @param argument that this file is made from. @param isThere whether the base system has it. */
  argument: (
    one: string,
    path: ByteString,
    { argument, isThere }: { readonly argument: string; readonly isThere: boolean },
  ): LixImageError =>
    lixError("FILE_CONFLICT", {
      one,
      other: isThere ? BASE_SYSTEM : argument,
      path,
      hint: `use ${argument}: this file is made from it`,
    }),
};

export const BASE_SYSTEM = "the base system";

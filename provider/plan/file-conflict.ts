import { ByteString } from "../base/byte-string.ts";
import { LixImageError } from "../base/errors.ts";

/** Two parts of an image want to decide what is at one path. */
export class FileConflict extends LixImageError {
  readonly code = "FILE_CONFLICT";
  constructor(one: string, other: string, path: ByteString, hint = "leave one of them out") {
    const at = JSON.stringify(ByteString.toText(path));
    super(`${one} and ${other} both decide what is at ${at}`, { hint });
  }

  /** @param owner the entry that `parent` comes from; undefined: the base system. */
  static below(
    from: string,
    owner: string | undefined,
    parent: ByteString,
    kind: "regular" | "symlink",
  ): FileConflict {
    const what = kind === "symlink" ? "a link" : "a file";
    const shown = JSON.stringify(ByteString.toText(parent));
    return new FileConflict(
      from,
      owner ?? BASE_SYSTEM,
      parent,
      `${shown} is ${what}, which holds no files; ` +
        (kind === "symlink"
          ? `name the place that the link leads to, or replace it: ${shown}: { directory: true }`
          : "choose another path"),
    );
  }

  static directory(from: string, path: ByteString): FileConflict {
    return new FileConflict(
      from,
      BASE_SYSTEM,
      path,
      "there is a directory, which a file or link would hide; name a path in it",
    );
  }

  /** @param argument that the base system's file is made from. */
  static argument(from: string, path: ByteString, argument: string): FileConflict {
    return new FileConflict(
      from,
      BASE_SYSTEM,
      path,
      `use ${argument}, which this file is made from`,
    );
  }
}

const BASE_SYSTEM = "the base system";

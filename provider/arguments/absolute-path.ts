/** Absolute paths inside an image. @module */
import { NarLimits } from "../formats/nix/nar-limits.ts";

export const AbsolutePath = {
  /** No empty name, no "." and "..", no NUL: one spelling for one place. */
  pattern: /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/,
  /** Nothing that would end a field or a line of /etc/passwd. */
  inPasswd: /^(?:\/(?!\.{1,2}(?:\/|$))[^/:\p{Cc}]+)+$/u,
  /** The root directory too. */
  orRoot: /^(?:\/|(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+)$/,
  is: (text: string): boolean => AbsolutePath.pattern.test(text),
  /** Whether it is the folder or something in it. */
  isIn: (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`),

  /** Why no image can hold it. @param below how many more levels are in it. */
  lengthProblem(path: string, below = 0): string | undefined {
    const { name: longest, depth } = NarLimits.default;
    const names = path.split("/").slice(1);
    const bytes = Math.max(...names.map((name) => Buffer.byteLength(name)));
    if (bytes > longest) return `a name of ${bytes} bytes in it; at most ${longest} are possible`;
    const levels = names.length + below;
    return levels > depth
      ? `one of ${names.length} levels; at most ${depth - below} are possible`
      : undefined;
  },
};

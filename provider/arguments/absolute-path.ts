/** Absolute paths inside an image. @module */

export const AbsolutePath = {
  /** No empty name, no "." and "..", no NUL: one spelling for one place. */
  pattern: /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/,
  /** Nothing that would end a field or a line of /etc/passwd. */
  inPasswd: /^(?:\/(?!\.{1,2}(?:\/|$))[^/:\p{Cc}]+)+$/u,
  is: (text: string): boolean => AbsolutePath.pattern.test(text),
  /** Whether it is the folder or something in it. */
  isIn: (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`),
};

/**
 * Store paths: `/nix/store/<32 nixbase32 digits>-<name>`.
 * @see https://nix.dev/manual/nix/latest/store/store-path
 * @module
 */
import { LixImageError } from "../../base/errors.ts";

declare const brand: unique symbol;
/** An absolute, syntactically valid path directly below `/nix/store`. */
export type StorePath = string & { readonly [brand]: "StorePath" };

export const STORE_DIR = "/nix/store";

// nixbase32 leaves out e, o, t and u. Lix (libstore/path.cc) refuses names whose first dash
// component is "." or ".."; other leading dots are fine. 211 = 255 - 32 - 1 - strlen(".drv.chroot").
const PATTERN = /^\/nix\/store\/[0-9a-df-np-sv-z]{32}-(?!\.{1,2}(?:-|$))[0-9A-Za-z+\-._?=]{1,211}$/;

export const StorePath = {
  parse(text: string): StorePath {
    if (!PATTERN.test(text)) throw new InvalidStorePath(text);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the one door into the brand
    return text as StorePath;
  },
  is: (text: string): text is StorePath => PATTERN.test(text),
  /** From `<hash>-<name>`, as narinfo, locks and the database's links write it. */
  fromBaseName: (base: string): StorePath => StorePath.parse(`${STORE_DIR}/${base}`),
  /** `<hash>-<name>` */
  baseName: (path: StorePath): string => path.slice(11),
  /** The 32 nixbase32 digits: the key of a narinfo. */
  hashPart: (path: StorePath): string => path.slice(11, 43),
  name: (path: StorePath): string => path.slice(44),
  /** Bytewise, the order of Nix's sets. */
  compare: (a: StorePath, b: StorePath): number => (a < b ? -1 : a > b ? 1 : 0),
};

export class InvalidStorePath extends LixImageError {
  readonly code = "INVALID_STORE_PATH";
  constructor(text: string) {
    super(`not a store path: ${JSON.stringify(text)}`, {
      hint: "expected /nix/store/<32 characters>-<name>",
    });
  }
}

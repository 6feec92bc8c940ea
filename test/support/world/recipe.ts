/**
 * What a made-up package is made of. Texts and link targets may name other packages: `@bash@` becomes
 * the store path of bash's first output, `@curl.out@` that of a chosen one.
 * @module
 */
import type { ByteString } from "../../../provider/base/byte-string.ts";

export interface Recipe {
  /** Attribute of the lock. A library that is never requested by name has none, and is called by its `pname`. */
  readonly attribute?: string;
  readonly pname: string;
  readonly version: string;
  /** In Nix's order: the first is the default one. */
  readonly outputs: Readonly<Record<string, Files>>;
  /** Default: as Nix has it: `bin`, else `out`, else the first; and `man` if there is one. */
  readonly outputsToInstall?: readonly string[];
  /** Outputs that the lock names without holding their paths. */
  readonly notLocked?: readonly string[];
  /** Default: 5. */
  readonly priority?: number;
  readonly outputSpecified?: true;
}

/** By path below the output. */
export type Files = Readonly<Record<ByteString, Leaf>>;
export type Leaf =
  | { readonly kind: "text"; readonly text: string; readonly executable: boolean }
  | { readonly kind: "link"; readonly target: ByteString }
  | { readonly kind: "empty directory" };

export const text = (text: string, executable = false): Leaf => ({
  kind: "text",
  text,
  executable,
});
export const link = (target: ByteString): Leaf => ({ kind: "link", target });
export const emptyDirectory: Leaf = { kind: "empty directory" };

/** `bin/<name>`, one each. */
export function programs(names: readonly string[], ...needs: readonly string[]): Files {
  const needed = needs.map((need) => `# needs @${need}@\n`).join("");
  return Object.fromEntries(
    names.map((name) => [
      `bin/${name}`,
      text(`#!@bash@/bin/bash\n${needed}echo "${name}: ${PLACEHOLDER}"\n`, true),
    ]),
  );
}

/** `lib/<name>` */
export function library(name: string, ...needs: readonly string[]): Files {
  const needed = needs.map((need) => `needs @${need}@/lib\n`).join("");
  return { [`lib/${name}`]: text(`${name}: ${PLACEHOLDER}\n${needed}`) };
}

/** `share/man/man<section>/<page>.<section>` */
export const manual = (page: string, section = 1): Files => ({
  [`share/man/man${section}/${page}.${section}`]: text(`.TH ${page} ${section}\n${PLACEHOLDER}\n`),
});

/** `include/<name>` */
export const header = (name: string): Files => ({
  [`include/${name}`]: text(`/* ${PLACEHOLDER} */\n`),
});

const PLACEHOLDER = "a placeholder out of pulumi-lix's own examples and tests";

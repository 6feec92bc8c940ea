/**
 * What a NAR may hold: the name rules of Lix's parser, and bounds on sizes that it leaves to the OS.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";

export interface NarLimits {
  /** Bytes of a name. */
  readonly name: number;
  /** Bytes of a link target. */
  readonly target: number;
  /** Levels below the root. Nix reads and writes no more than 64 since CVE-2026-44028. */
  readonly depth: number;
}

export const NarLimits = {
  /** Linux's NAME_MAX and PATH_MAX less its NUL; Nix's depth. */
  default: { name: 255, target: 4095, depth: 64 } satisfies NarLimits,
};

// Lix libutil/archive.cc refuses it everywhere, as it means something on macOS.
const CASE_HACK = "~nix~case~hack~";

/** What is wrong with the name of an entry; undefined if nothing is. */
export function nameProblem(name: ByteString): string | undefined {
  if (name === "" || name === "." || name === "..") return `a name must not be "${name}"`;
  if (name.includes("/")) return 'a name must not contain "/"';
  if (name.includes("\0")) return "a name must not contain a NUL byte";
  if (name.includes(CASE_HACK)) return `a name must not contain "${CASE_HACK}"`;
  return undefined;
}

/** What is wrong with the target of a link; undefined if nothing is. */
export function targetProblem(target: ByteString): string | undefined {
  // Lix's parser lets both through; symlink(2) does not, or cuts the target short.
  if (target === "") return "a link's target must not be empty";
  if (target.includes("\0")) return "a link's target must not contain a NUL byte";
  return undefined;
}

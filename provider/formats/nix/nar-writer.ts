/**
 * Writes a NAR of a small tree.
 * @see https://nix.dev/manual/nix/latest/protocols/nix-archive
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { LixImageError } from "../../base/errors.ts";
import { nameProblem, NarLimits, targetProblem } from "./nar-limits.ts";
import { narStrings } from "./nar-strings.ts";
import type { Directory, Tree } from "./tree.ts";

/** The NAR of `tree`: the bytes that Nix would write for it. */
export function writeNar(tree: Tree): Uint8Array {
  const parts: Uint8Array[] = [NAR_WORDS.magic];
  writeNode(tree, "", 0, parts);
  return Buffer.concat(parts);
}

/** The fixed words of the grammar. */
export const NAR_WORDS = {
  magic: narStrings("nix-archive-1"),
  file: narStrings("(", "type", "regular", "contents"),
  executable: narStrings("(", "type", "regular", "executable", "", "contents"),
  link: narStrings("(", "type", "symlink", "target"),
  directory: narStrings("(", "type", "directory"),
  entry: narStrings("entry", "(", "name"),
  node: narStrings("node"),
  close: narStrings(")"),
};

/** Recursive: the depth is bounded, and the tree is our own. */
function writeNode(node: Tree, path: ByteString, depth: number, parts: Uint8Array[]): void {
  checkDepth(path, depth);
  switch (node.kind) {
    case "regular":
      parts.push(
        node.executable ? NAR_WORDS.executable : NAR_WORDS.file,
        narStrings(node.contents),
      );
      break;
    case "symlink":
      checkTarget(path, node.target);
      parts.push(NAR_WORDS.link, narStrings(node.target));
      break;
    case "directory":
      parts.push(NAR_WORDS.directory);
      writeEntries(node, path, depth, parts);
      break;
  }
  parts.push(NAR_WORDS.close);
}

function writeEntries(of: Directory, path: ByteString, depth: number, parts: Uint8Array[]): void {
  for (const [name, node] of [...of.entries].sort(([a], [b]) => ByteString.compare(a, b))) {
    checkName(path, name);
    parts.push(NAR_WORDS.entry, narStrings(name), NAR_WORDS.node);
    writeNode(node, path === "" ? name : `${path}/${name}`, depth + 1, parts);
    parts.push(NAR_WORDS.close);
  }
}

/** Throws {@link NarUnwritable} for an entry so many levels below the root. */
export function checkDepth(path: ByteString, depth: number): void {
  const { depth: limit } = NarLimits.default;
  refuse(path, depth > limit ? `more than ${limit} levels deep` : undefined);
}

/** `directory` is the path of the directory that holds the name. */
export function checkName(directory: ByteString, name: ByteString): void {
  refuse(directory, nameProblem(name) ?? tooLong("name", name));
}

export function checkTarget(path: ByteString, target: ByteString): void {
  refuse(path, targetProblem(target) ?? tooLong("target", target));
}

function tooLong(what: "name" | "target", text: ByteString): string | undefined {
  const limit = NarLimits.default[what];
  return text.length > limit ? `a ${what} of ${text.length} bytes; at most ${limit}` : undefined;
}

function refuse(path: ByteString, problem: string | undefined): void {
  if (problem !== undefined) throw new NarUnwritable(path, problem);
}

export class NarUnwritable extends LixImageError {
  readonly code = "NAR_UNWRITABLE";
  constructor(path: ByteString, problem: string) {
    const where = JSON.stringify(`/${ByteString.toText(path)}`);
    super(`${where} cannot be put into a Nix store: ${problem}`);
  }
}

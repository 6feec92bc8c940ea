/**
 * Writes a NAR of a small tree.
 * @see https://nix.dev/manual/nix/latest/protocols/nix-archive
 * @module
 */
import { ByteString } from "../base/byte-string.ts";
import { LixImageError } from "../base/errors.ts";
import { nameProblem, NarLimits, targetProblem } from "./nar-limits.ts";
import { narStrings } from "./nar-strings.ts";
import type { Directory, Tree } from "./tree.ts";

/** The NAR of `tree`: the bytes that Nix would write for it. */
export function writeNar(tree: Tree): Uint8Array {
  const parts: Uint8Array[] = [narStrings("nix-archive-1")];
  writeNode(tree, "", 0, parts);
  return Buffer.concat(parts);
}

const FILE = narStrings("(", "type", "regular", "contents");
const EXECUTABLE = narStrings("(", "type", "regular", "executable", "", "contents");
const LINK = narStrings("(", "type", "symlink", "target");
const DIRECTORY = narStrings("(", "type", "directory");
const ENTRY = narStrings("entry", "(", "name");
const ENTRY_NODE = narStrings("node");
const CLOSE = narStrings(")");

/** Recursive: the depth is bounded, and the tree is our own. */
function writeNode(node: Tree, path: ByteString, depth: number, parts: Uint8Array[]): void {
  if (depth > NarLimits.default.depth)
    throw new NarUnwritable(path, `more than ${NarLimits.default.depth} levels deep`);
  switch (node.kind) {
    case "regular":
      parts.push(node.executable ? EXECUTABLE : FILE, narStrings(node.contents));
      break;
    case "symlink":
      refuse(path, targetProblem(node.target) ?? tooLong("target", node.target));
      parts.push(LINK, narStrings(node.target));
      break;
    case "directory":
      parts.push(DIRECTORY);
      writeEntries(node, path, depth, parts);
      break;
  }
  parts.push(CLOSE);
}

function writeEntries(of: Directory, path: ByteString, depth: number, parts: Uint8Array[]): void {
  for (const [name, node] of [...of.entries].sort(([a], [b]) => ByteString.compare(a, b))) {
    refuse(path, nameProblem(name) ?? tooLong("name", name));
    parts.push(ENTRY, narStrings(name), ENTRY_NODE);
    writeNode(node, path === "" ? name : `${path}/${name}`, depth + 1, parts);
    parts.push(CLOSE);
  }
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

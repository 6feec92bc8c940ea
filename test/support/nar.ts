/**
 * NARs for tests: any tree, and the tree of a NAR.
 * @module
 */
import fc from "fast-check";
import { ByteString } from "../../provider/base/byte-string.ts";
import type { Bytes } from "../../provider/base/bytes.ts";
import type { NarEvent } from "../../provider/formats/nix/nar-event.ts";
import {
  nameProblem,
  targetProblem,
  type NarLimits,
} from "../../provider/formats/nix/nar-limits.ts";
import { readNar } from "../../provider/formats/nix/nar-reader.ts";
import type { RegularFile, Tree } from "../../provider/formats/nix/tree.ts";

/** The bytes in chunks of a size that does not fit anything. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** One event at a time. */
export async function* eventsOf(nar: Bytes, limits?: NarLimits): AsyncGenerator<NarEvent> {
  for await (const events of readNar(nar, limits)) yield* events;
}

export async function narEvents(nar: Bytes): Promise<NarEvent[]> {
  return Array.fromAsync(eventsOf(nar));
}

type Growing = Map<ByteString, Tree>;

export async function readTree(nar: Bytes): Promise<Tree> {
  const directories = new Map<ByteString, Growing>();
  const root: Growing = new Map();
  let file: { contents: Uint8Array } | undefined;
  for await (const event of eventsOf(nar)) {
    if (event.kind === "contents") {
      if (file === undefined) throw new Error("contents of no file");
      file.contents = Buffer.concat([file.contents, event.bytes]);
      continue;
    }
    const slash = event.path.lastIndexOf("/");
    const parent =
      event.path === "" ? root : directories.get(event.path.slice(0, Math.max(slash, 0)));
    if (parent === undefined) throw new Error(`${event.path} comes before its directory`);
    const name = event.path.slice(slash + 1);
    if (event.kind === "symlink") {
      parent.set(name, { kind: "symlink", target: event.target });
    } else if (event.kind === "regular") {
      const node = { kind: event.kind, executable: event.executable, contents: Buffer.alloc(0) };
      parent.set(name, (file = node satisfies RegularFile));
    } else {
      const entries: Growing = new Map();
      directories.set(event.path, entries);
      parent.set(name, { kind: "directory", entries });
    }
  }
  const tree = root.get("");
  if (tree === undefined) throw new Error("no root");
  return tree;
}

const bytes = (maxLength: number): fc.Arbitrary<ByteString> =>
  fc.uint8Array({ minLength: 1, maxLength }).map((array) => ByteString.fromBytes(array));

const name = fc
  .oneof(bytes(12), fc.constantFrom("bin", "share", "B", "a-b", "a.b", "__proto__", "10", "9"))
  .filter((text) => nameProblem(text) === undefined);

/** Small trees with every kind of name that a NAR may have; entries in any order. */
export const anyTree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 40 })).map(([executable, contents]) => ({
      kind: "regular" as const,
      executable,
      contents: Buffer.from(contents),
    })),
    bytes(40)
      .filter((target) => targetProblem(target) === undefined)
      .map((target) => ({ kind: "symlink" as const, target })),
    fc.array(fc.tuple(name, tie("tree")), { maxLength: 5 }).map((entries) => ({
      kind: "directory" as const,
      entries: new Map(entries),
    })),
  ),
})).tree;

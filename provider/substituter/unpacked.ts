/** The tree that a tar unpacks to, with the contents of its files elsewhere. @module */
import { ByteString } from "../base/byte-string.ts";
import type { NarEvent } from "../formats/nix/nar-event.ts";
import { NarLimits } from "../formats/nix/nar-limits.ts";
import type { TarEvent } from "../formats/tar/read-tar.ts";
import type { Spool } from "./spool.ts";

interface UnpackedFile {
  readonly kind: "regular";
  readonly executable: boolean;
  /** Where its contents are in the spool. */
  readonly at: number;
  readonly size: number;
}
export interface UnpackedDirectory {
  readonly kind: "directory";
  readonly entries: Map<ByteString, UnpackedNode>;
}
export type UnpackedNode =
  UnpackedFile | UnpackedDirectory | { readonly kind: "symlink"; readonly target: ByteString };

/** An entry that would not unpack, or would unpack outside the folder; the message says why. */
export class UnsafeArchiveEntry extends Error {}

export const emptyDirectory = (): UnpackedDirectory => ({ kind: "directory", entries: new Map() });

/** What an entry adds: to memory, and to what comes out at the end. */
export interface Growth {
  /** New nodes, the folders that are only named on the way among them. */
  readonly nodes: number;
  /** Its contents once more, for another name of a file. */
  readonly linkedBytes: number;
}

/** Adds an entry as unpacking would; its contents, if any, will come into the spool at `at`. */
export function unpack(
  event: Exclude<TarEvent, { kind: "contents" }>,
  root: UnpackedDirectory,
  at: number,
): Growth {
  const steps = stepsOf(event.path);
  switch (event.kind) {
    case "directory":
      return { nodes: directoryAt(root, steps).made, linkedBytes: 0 };
    case "regular": {
      // libarchive sets the mode; Nix looks at the owner's bit alone.
      const executable = (event.mode & 0o100) !== 0;
      return {
        nodes: place(root, steps, { kind: "regular", executable, at, size: event.size }),
        linkedBytes: 0,
      };
    }
    case "symlink":
      if (event.target.length > NarLimits.default.target)
        throw new UnsafeArchiveEntry(`${shown(event.path)} is a link to a name that is too long`);
      return {
        nodes: place(root, steps, { kind: "symlink", target: event.target }),
        linkedBytes: 0,
      };
    case "hard link": {
      const file = linked(root, event.path, event.target);
      return {
        nodes: place(root, steps, file),
        linkedBytes: file.kind === "regular" ? file.size : 0,
      };
    }
  }
}

/** In the order of a NAR. */
export async function* unpackedEvents(
  node: UnpackedNode,
  spool: Spool,
  path: ByteString = "",
): AsyncGenerator<NarEvent> {
  switch (node.kind) {
    case "symlink":
      yield { kind: "symlink", path, target: node.target };
      return;
    case "regular": {
      const { executable, size } = node;
      yield { kind: "regular", path, executable, size };
      for await (const bytes of spool.read(node.at, size)) yield { kind: "contents", bytes };
      return;
    }
    case "directory": {
      yield { kind: "directory", path };
      const entries = [...node.entries].sort(([a], [b]) => ByteString.compare(a, b));
      for (const [name, entry] of entries)
        yield* unpackedEvents(entry, spool, path === "" ? name : `${path}/${name}`);
    }
  }
}

/** The names on the way, `.` left out. */
function stepsOf(path: ByteString): ByteString[] {
  if (path.startsWith("/")) throw new UnsafeArchiveEntry(`${shown(path)} is an absolute path`);
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  if (steps.includes("..")) throw new UnsafeArchiveEntry(`${shown(path)} leads out of the archive`);
  if (steps.length > NarLimits.default.depth + 1)
    throw new UnsafeArchiveEntry(`${shown(path)} is too deep for a Nix store`);
  if (steps.some((step) => step.length > NarLimits.default.name))
    throw new UnsafeArchiveEntry(`${shown(path)} has a name that is too long for a file system`);
  return steps;
}

/** Follows no links: each step must be a directory of the archive itself. */
function directoryAt(
  root: UnpackedDirectory,
  steps: readonly ByteString[],
): { readonly directory: UnpackedDirectory; readonly made: number } {
  let at = root;
  let made = 0;
  for (const step of steps) {
    let next = at.entries.get(step);
    if (next === undefined) {
      at.entries.set(step, (next = emptyDirectory()));
      made += 1;
    }
    if (next.kind !== "directory")
      throw new UnsafeArchiveEntry(
        `${shown(steps.join("/"))} leads through something that is no directory`,
      );
    at = next;
  }
  return { directory: at, made };
}

/** An archive that was appended to has files twice, and the last one counts. Returns the nodes made. */
function place(
  root: UnpackedDirectory,
  steps: readonly ByteString[],
  node: Exclude<UnpackedNode, UnpackedDirectory>,
): number {
  const name = steps.at(-1);
  if (name === undefined) throw new UnsafeArchiveEntry("its root is not a directory");
  const { directory, made } = directoryAt(root, steps.slice(0, -1));
  const { entries } = directory;
  if (entries.get(name)?.kind === "directory")
    throw new UnsafeArchiveEntry(
      `${shown(steps.join("/"))} is both a directory and something else`,
    );
  entries.set(name, node);
  return made + 1;
}

function linked(
  root: UnpackedDirectory,
  path: ByteString,
  target: ByteString,
): Exclude<UnpackedNode, UnpackedDirectory> {
  let at: UnpackedNode | undefined = root;
  for (const step of stepsOf(target))
    at = at?.kind === "directory" ? at.entries.get(step) : undefined;
  if (at === undefined || at.kind === "directory")
    throw new UnsafeArchiveEntry(
      `${shown(path)} is a hard link to ${shown(target)}, and no such file comes before it`,
    );
  return at;
}

const shown = (path: ByteString): string =>
  JSON.stringify(ByteString.toText(path.length > 200 ? `${path.slice(0, 200)}…` : path));

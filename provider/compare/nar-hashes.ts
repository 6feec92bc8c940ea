/** The NAR hashes of the store paths in an image, computed from the files that are in its layers. @module */
import { createHash } from "node:crypto";
import { ByteString } from "../base/byte-string.ts";
import { encodeNar } from "../formats/nix/nar-encoder.ts";
import { NarUnwritable } from "../formats/nix/nar-writer.ts";
import type { NarEvent } from "../formats/nix/nar-event.ts";
import type { TarEvent } from "../formats/tar/read-tar.ts";
import { storeBaseOf } from "./file-differences.ts";
import { fileSystem, nodeAt, type FileNode, type LayerOfFiles } from "./file-system.ts";
import {
  normalized,
  readEvents,
  type Layer,
  type LayerEntry,
  type LayerSource,
} from "./layer-files.ts";
import { ImageFile } from "./image-file.ts";

/** sha256 in hex by store path; undefined for one whose files are not the entries of one NAR in one layer. */
export type NarHashes = ReadonlyMap<string, string | undefined>;

/** A tar has the order of a NAR if Nix's rules made it. In any other order the hash is a wrong one. */
export async function readNarHashes(
  source: LayerSource,
  layers: readonly Layer[],
): Promise<NarHashes> {
  const found = new Map<ByteString, HashedPath & { readonly layer: Layer }>();
  const read = async function* (): AsyncGenerator<LayerOfFiles> {
    for (const layer of layers) {
      const files: LayerEntry[] = [];
      for (const [base, hashed] of await hashesIn(noted(readEvents(source, layer), files)))
        found.set(base, { ...hashed, layer });
      yield { digest: layer.digest, files };
    }
  };
  const root = await fileSystem(read());
  const bases = nodeAt(root, "nix/store")?.entries ?? new Map<ByteString, FileNode>();
  return new Map(
    [...bases].flatMap(([base, node]) => {
      if (storeBaseOf(`nix/store/${base}`) === undefined) return [];
      const { sha256, count, layer } = found.get(base) ?? {};
      // What another layer has replaced, added or hidden is not what was hashed.
      const isWhole = layer !== undefined && countOf(node, layer) === count;
      return [[`/nix/store/${ByteString.toText(base)}`, isWhole ? sha256 : undefined] as const];
    }),
  );
}

/** How many files there are; NaN if some are from another layer. */
function countOf({ layer, entries }: FileNode, expected: Layer): number {
  let count = layer === expected.digest ? 1 : NaN;
  for (const node of entries.values()) count += countOf(node, expected);
  return count;
}

/** Passes the events on, and adds the files to a list. Their contents are not looked at here. */
async function* noted(
  events: AsyncIterable<TarEvent>,
  files: LayerEntry[],
): AsyncGenerator<TarEvent> {
  for await (const event of events) {
    if (event.kind === "hard link")
      files.push({
        path: normalized(event.path),
        file: { kind: event.kind, target: normalized(event.target) },
      });
    else if (event.kind !== "contents") {
      const contents = event.kind === "symlink" ? event.target : "";
      const file = { ...ImageFile.implied, kind: event.kind, contents };
      files.push({ path: normalized(event.path), file });
    }
    yield event;
  }
}

interface HashedPath {
  readonly sha256: string | undefined;
  /** How many files it has. */
  readonly count: number;
}

async function hashesIn(
  events: AsyncGenerator<TarEvent>,
): Promise<ReadonlyMap<ByteString, HashedPath>> {
  const found = new Map<ByteString, HashedPath>();
  let next = await events.next();
  const isIn = (base: ByteString): boolean =>
    next.done !== true &&
    (next.value.kind === "contents" || storeBaseOf(normalized(next.value.path)) === base);
  while (next.done !== true) {
    const base =
      next.value.kind === "contents" ? undefined : storeBaseOf(normalized(next.value.path));
    if (base === undefined) {
      next = await events.next();
      continue;
    }
    let count = 0;
    let isWhole = !found.has(base);
    const nar = async function* (): AsyncGenerator<NarEvent> {
      for (; next.done !== true && isIn(base); next = await events.next()) {
        const event = narEvent(next.value, base);
        if (event === undefined) isWhole = false;
        else yield event;
        if (next.value.kind !== "contents") count += 1;
      }
    };
    const hash = createHash("sha256");
    try {
      for await (const chunk of encodeNar(nar())) hash.update(chunk);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      isWhole = false;
      while (isIn(base)) next = await events.next();
    }
    found.set(base, { sha256: isWhole ? hash.digest("hex") : undefined, count });
  }
  return found;
}

/** What Nix would not write. Errors of the image itself are others. */
const isUnwritable = (error: unknown): boolean =>
  error instanceof NarUnwritable || error instanceof RangeError;

/** Undefined for what a NAR cannot have. */
function narEvent(event: TarEvent, base: ByteString): NarEvent | undefined {
  if (event.kind === "contents") return event;
  const path = normalized(event.path).slice(`nix/store/${base}/`.length);
  switch (event.kind) {
    case "hard link":
      return undefined;
    case "regular":
      return { kind: "regular", path, size: event.size, executable: (event.mode & 0o100) !== 0 };
    case "directory":
      return { kind: "directory", path };
    case "symlink":
      return { kind: "symlink", path, target: event.target };
  }
}

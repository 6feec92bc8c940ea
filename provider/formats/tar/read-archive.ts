/**
 * Reads archives of images, and their layers, with tar-stream: the names that count there are ASCII.
 * The tarball of a source goes through `readTar` instead, because its hash covers every byte of a name,
 * and tar-stream decodes PAX records as UTF-8.
 * @see docs/decisions/0010-two-tar-readers.md
 * @module
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import { requireWithin } from "../../base/budgets.ts";
import { ByteString } from "../../base/byte-string.ts";
import type { Bytes } from "../../base/bytes.ts";
import { LixImageError } from "../../base/errors.ts";
import { BLOCK_SIZE } from "./block.ts";
import type { TarEvent } from "./read-tar.ts";
import { TarMalformed } from "./tar-input.ts";

/** tar-stream declares only the options that each stream has: the last one is there for the compiler. */
const OPTIONS = { filenameEncoding: "latin1", allowUnknownFormat: true, highWaterMark: 16384 };

/** `label` names the archive in messages. Throws TarMalformed, BudgetExceeded. */
export async function* readArchive(source: Bytes, label: string): AsyncGenerator<TarEvent> {
  for await (const { event } of readWithAttributes(source, label)) yield event;
}

/** What a tar says about a file beside its kind and contents. */
export interface TarAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** In seconds. */
  readonly mtime: number;
  /** Extended attributes by name, such as `security.capability`, sorted. */
  readonly xattrs: readonly (readonly [name: string, value: string])[];
}

export interface AttributedEvent {
  readonly event: TarEvent;
  /** Those of the file that the event begins or belongs to. */
  readonly attributes: TarAttributes;
}

/** The events of {@link readArchive}, each with the attributes of its file. */
export async function* readWithAttributes(
  source: Bytes,
  label: string,
): AsyncGenerator<AttributedEvent> {
  const input = { size: 0, failures: new Set<unknown>() };
  const tar = extract(OPTIONS);
  // A failure comes out of the loop, too.
  const fed = pipeline(Readable.from(watched(source, input)), tar).catch(() => {});
  let [entries, headerBytes, end] = [0, 0, 0];
  try {
    for await (const entry of tar) {
      const offset = offsetOf(entry.header);
      requireWithin("tarEntries", (entries += 1), label);
      // Between two entries there are only extended headers.
      requireWithin("tarHeaderBytes", (headerBytes += offset - BLOCK_SIZE - end), label);
      const event = eventOf(entry.header, offset);
      if (typeof event === "string") throw new TarMalformed(label, offset, event);
      const attributes = attributesOf(entry.header);
      yield { event, attributes };
      for await (const chunk of entry)
        if (chunk instanceof Uint8Array)
          yield { event: { kind: "contents", bytes: chunk }, attributes };
      end = offset + Math.ceil(entry.header.size / BLOCK_SIZE) * BLOCK_SIZE;
    }
  } catch (error) {
    if (error instanceof LixImageError || input.failures.has(error)) throw error;
    throw new TarMalformed(label, end, error instanceof Error ? error.message : String(error));
  } finally {
    tar.destroy();
    await fed;
  }
  // tar-stream does not miss the blocks of zeros; an archive without them may have lost its last files.
  if (input.size < end + BLOCK_SIZE) throw new TarMalformed(label, end, "it ends too early");
}

interface Input {
  size: number;
  readonly failures: Set<unknown>;
}

async function* watched(source: Bytes, input: Input): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) {
      input.size += chunk.length;
      yield chunk;
    }
  } catch (error) {
    input.failures.add(error);
    throw error;
  }
}

/** PAX records count before the block, whose fields may be too small for the value. */
function attributesOf(header: Header): TarAttributes {
  const pax = paxRecords(header);
  const number = (key: string, inBlock: number): number => Number(pax.get(key) ?? inBlock);
  return {
    mode: header.mode,
    uid: number("uid", header.uid),
    gid: number("gid", header.gid),
    mtime: number("mtime", header.mtime.getTime() / 1000),
    xattrs: [...pax]
      .flatMap(([key, value]) =>
        key.startsWith(XATTR) ? [[key.slice(XATTR.length), value] as const] : [],
      )
      .sort(([a], [b]) => ByteString.compare(a, b)),
  };
}

// https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#file-attributes
const XATTR = "SCHILY.xattr.";

const paxRecords = ({ pax }: Header): ReadonlyMap<string, string> =>
  new Map(Object.entries(Object(pax)).map(([key, value]) => [key, String(value)]));

/** A text says why it cannot be used. */
function eventOf(header: Header, offset: number): Exclude<TarEvent, { kind: "contents" }> | string {
  const pax = paxRecords(header);
  if ([...pax.keys()].some((key) => key.startsWith("GNU.sparse."))) return "a sparse file";
  const { type, mode, size } = header;
  const path = bytesOf(pax.get("path")) ?? header.name;
  // Before ustar a directory was a file whose name ends in a slash.
  if (type === "file" && path.endsWith("/") && size === 0) return { kind: "directory", path };
  if (type === "file" || type === "contiguous-file")
    return { kind: "regular", path, mode, size, offset };
  // Go takes what follows for the next header, tar-stream for contents: one of them would be deceived.
  if (size > 0) return `${JSON.stringify(ByteString.toText(path))} has contents and is no file`;
  const target = bytesOf(pax.get("linkpath")) ?? header.linkname;
  switch (type) {
    case "directory":
      return { kind: "directory", path };
    case "symlink":
      return { kind: "symlink", path, target };
    case "link":
      return { kind: "hard link", path, target };
    case "block-device":
    case "character-device":
    case "fifo":
    default:
      return "an entry of a kind that no image has";
  }
}

/** tar-stream has decoded records as UTF-8, and all else byte by byte. */
const bytesOf = (record: string | undefined): ByteString | undefined =>
  record === undefined || record === "" ? undefined : ByteString.fromText(record);

/** Where the contents start; tar-stream counts it, and does not declare it. */
function offsetOf(header: Header): number {
  if ("byteOffset" in header && typeof header.byteOffset === "number") return header.byteOffset;
  throw new Error("tar-stream counts no offsets any more");
}

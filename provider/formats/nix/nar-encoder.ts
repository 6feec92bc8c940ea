/**
 * Writes a NAR as a stream, out of the events that reading it would give.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import type { NarEvent } from "./nar-event.ts";
import { narStrings } from "./nar-strings.ts";
import { checkDepth, checkName, checkTarget, NarUnwritable, NAR_WORDS } from "./nar-writer.ts";

const CHUNK = 256 * 1024;

/** Events depth first, siblings ascending by bytes. Throws NarUnwritable. */
export async function* encodeNar(events: AsyncIterable<NarEvent>): AsyncGenerator<Uint8Array> {
  const encoder = new NarEncoder();
  for await (const event of events) {
    encoder.add(event);
    if (encoder.size >= CHUNK) yield encoder.take();
  }
  encoder.finish();
  yield encoder.take();
}

class NarEncoder {
  /** Bytes that wait to be taken. */
  size = 0;
  #parts: Uint8Array[] = [];
  /** Paths of the directories that are not closed yet, the root's first. */
  readonly #open: ByteString[] = [];
  #file: { readonly path: ByteString; readonly size: number; left: number } | undefined;

  constructor() {
    this.#write(NAR_WORDS.magic);
  }

  add(event: NarEvent): void {
    if (event.kind === "contents") {
      this.#contents(event.bytes);
      return;
    }
    const { path } = event;
    this.#enter(path);
    switch (event.kind) {
      case "directory":
        this.#write(NAR_WORDS.directory);
        this.#open.push(path);
        return;
      case "symlink":
        checkTarget(path, event.target);
        this.#write(NAR_WORDS.link, narStrings(event.target));
        this.#leave(path);
        return;
      case "regular":
        this.#write(event.executable ? NAR_WORDS.executable : NAR_WORDS.file, u64(event.size));
        this.#file = { path, size: event.size, left: event.size };
        if (event.size === 0) this.#contents(EMPTY);
    }
  }

  take(): Uint8Array {
    const [first, ...rest] = this.#parts;
    const bytes = first !== undefined && rest.length === 0 ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.size = 0;
    return bytes;
  }

  finish(): void {
    this.#expectWholeFile();
    for (let path; (path = this.#open.pop()) !== undefined;) this.#leave(path);
  }

  #contents(bytes: Uint8Array): void {
    const file = this.#file;
    if (file === undefined) throw new RangeError("contents of no file");
    file.left -= bytes.length;
    if (file.left < 0) throw new NarUnwritable(file.path, `it has more than ${file.size} bytes`);
    this.#write(bytes);
    if (file.left > 0) return;
    this.#write(Buffer.alloc(-file.size & 7));
    this.#file = undefined;
    this.#leave(file.path);
  }

  /** Closes what `path` is not in, and begins its entry. */
  #enter(path: ByteString): void {
    this.#expectWholeFile();
    if (path === "") return;
    const slash = path.lastIndexOf("/");
    const parent = path.slice(0, Math.max(slash, 0));
    for (let last; (last = this.#open.at(-1)) !== parent; this.#open.pop()) {
      if (last === undefined) throw new RangeError(`${path} comes before its directory`);
      this.#leave(last);
    }
    const name = path.slice(slash + 1);
    checkName(parent, name);
    checkDepth(path, this.#open.length);
    this.#write(NAR_WORDS.entry, narStrings(name), NAR_WORDS.node);
  }

  /** Closes a node and, but for the root, its entry. */
  #leave(path: ByteString): void {
    this.#write(NAR_WORDS.close);
    if (path !== "") this.#write(NAR_WORDS.close);
  }

  #expectWholeFile(): void {
    if (this.#file === undefined) return;
    const { path, size, left } = this.#file;
    throw new NarUnwritable(path, `expected ${size} bytes; got ${size - left}`);
  }

  #write(...parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      if (part.length === 0) continue;
      this.#parts.push(part);
      this.size += part.length;
    }
  }
}

const EMPTY = new Uint8Array(0);

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

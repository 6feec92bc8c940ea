/**
 * Reads chosen members of one object deep in a long JSON text, without holding the text: packages.json of a
 * channel is 150 MB. Only the members are parsed; for the rest, only brackets and quotes are read.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 * @module
 */
import type { Bytes } from "../base/bytes.ts";
import { lixError } from "../errors/lix-error.ts";

export interface MemberChoice {
  /** Keys from the root to the object. */
  readonly path: readonly string[];
  readonly wanted: (key: string) => boolean;
}

/**
 * Members in the text's order. Ending the iteration early ends the reading. Throws INVALID_JSON_STREAM for a
 * text that is cut off, or has no object at `path`.
 */
export async function* jsonMembers(
  source: Bytes,
  choice: MemberChoice,
): AsyncGenerator<readonly [key: string, value: unknown]> {
  const scanner = new Scanner(choice);
  for await (const chunk of source) yield* scanner.members(chunk);
  scanner.end();
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

// The longest entry of packages.json, one with a long list of platforms, has some 20 kB.
const CAPTURE_LIMIT = 4 * 1024 * 1024;

class Scanner {
  readonly #choice: MemberChoice;
  #depth = 0;
  /** How many keys of the path lead to the object that is open now. */
  #matched = 0;
  #inString = false;
  #escaped = false;
  #atKey = false;
  #key: string | undefined;
  #capturing: "key" | "value" | undefined;
  #captured: Uint8Array[] = [];
  #capturedSize = 0;
  #reached = false;

  constructor(choice: MemberChoice) {
    this.#choice = choice;
  }

  /** One pass over a chunk; `from` is where the part of it starts that is being captured. */
  *members(chunk: Uint8Array): Generator<readonly [string, unknown]> {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#inString = false;
          if (this.#capturing === "key") this.#key = String(this.#take(chunk, from, at + 1));
        }
        continue;
      }
      switch (byte) {
        case QUOTE:
          this.#inString = true;
          if (this.#atKey && this.#capturing === undefined) {
            this.#capturing = "key";
            from = at;
          }
          break;
        case COLON:
          if (!this.#atKey) break;
          this.#atKey = false;
          if (this.#inTarget() && this.#choice.wanted(this.#key ?? "")) {
            this.#capturing = "value";
            from = at + 1;
          }
          break;
        case COMMA:
          if (this.#depth !== this.#matched + 1) break;
          if (this.#capturing === "value") yield this.#member(chunk, from, at);
          this.#atKey = true;
          break;
        case OPEN:
        case OPEN_LIST:
          this.#open(byte);
          break;
        case CLOSE:
        case CLOSE_LIST:
          if (this.#capturing === "value" && this.#depth === this.#matched + 1)
            yield this.#member(chunk, from, at);
          this.#close();
          break;
      }
    }
    if (this.#capturing !== undefined) this.#keep(chunk.subarray(from));
  }

  end(): void {
    if (this.#depth > 0 || this.#inString)
      throw lixError("INVALID_JSON_STREAM", { problem: "it ends too early" });
    if (!this.#reached)
      throw lixError("INVALID_JSON_STREAM", {
        problem: `it has no object ${JSON.stringify(this.#choice.path)}`,
      });
  }

  #inTarget(): boolean {
    return this.#matched === this.#choice.path.length && this.#depth === this.#matched + 1;
  }

  #open(byte: number): void {
    // The root, or the value of the next key on the path.
    const root = this.#depth === 0;
    if (root && byte !== OPEN)
      throw lixError("INVALID_JSON_STREAM", { problem: "it has no object: it is a list" });
    const next =
      this.#depth === this.#matched + 1 &&
      this.#matched < this.#choice.path.length &&
      this.#key === this.#choice.path[this.#matched];
    this.#depth += 1;
    if (byte !== OPEN || (!root && !next)) return;
    if (next) this.#matched += 1;
    this.#atKey = true;
    if (this.#inTarget()) this.#reached = true;
  }

  #close(): void {
    if (this.#depth === 0)
      throw lixError("INVALID_JSON_STREAM", { problem: "it closes what is not open" });
    this.#depth -= 1;
    this.#atKey = false;
    if (this.#matched > 0 && this.#depth === this.#matched) {
      this.#matched -= 1;
      this.#key = undefined;
    }
  }

  #member(chunk: Uint8Array, from: number, to: number): readonly [string, unknown] {
    return [this.#key ?? "", this.#take(chunk, from, to)];
  }

  /** Parses what was captured, up to `to`. */
  #take(chunk: Uint8Array, from: number, to: number): unknown {
    this.#keep(chunk.subarray(from, to));
    const text = Buffer.concat(this.#captured).toString("utf8");
    this.#capturing = undefined;
    this.#captured = [];
    this.#capturedSize = 0;
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw lixError(
        "INVALID_JSON_STREAM",
        { problem: `${JSON.stringify(text.slice(0, 60))} is no value` },
        { cause },
      );
    }
  }

  #keep(part: Uint8Array): void {
    this.#capturedSize += part.length;
    if (this.#capturedSize > CAPTURE_LIMIT)
      throw lixError("INVALID_JSON_STREAM", {
        problem: `one member has more than ${CAPTURE_LIMIT} bytes`,
      });
    // A copy: decompressors may write into the same memory again.
    this.#captured.push(Uint8Array.from(part));
  }
}

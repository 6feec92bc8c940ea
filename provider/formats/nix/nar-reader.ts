/**
 * Reads a NAR by Lix's strict grammar, in bounded memory.
 *
 * ```
 * nar  = str("nix-archive-1") node
 * node = str("(") str("type") ( file | link | dir ) str(")")
 * file = str("regular") [ str("executable") str("") ] str("contents") str(bytes)
 * link = str("symlink") str("target") str(bytes)
 * dir  = str("directory") { str("entry") str("(") str("name") str(bytes) str("node") node str(")") }
 * str  = u64 length, little-endian; bytes; zeros up to a multiple of 8
 * ```
 * @see https://nix.dev/manual/nix/latest/protocols/nix-archive
 * @module
 */
import { requireWithin } from "../../base/budgets.ts";
import type { ByteString } from "../../base/byte-string.ts";
import type { Bytes } from "../../base/bytes.ts";
import type { NarEvent } from "./nar-event.ts";
import { MORE, NarInput } from "./nar-input.ts";
import { nameProblem, NarLimits, targetProblem } from "./nar-limits.ts";
import { narStrings } from "./nar-strings.ts";

/**
 * The events of a NAR, in batches of those that one chunk completes: a promise for each event would cost
 * more than the event. "contents" are views into the source's chunks. Throws NAR_MALFORMED.
 */
export async function* readNar(
  source: Bytes,
  limits: NarLimits = NarLimits.default,
): AsyncGenerator<readonly NarEvent[], void> {
  const parser = new NarParser(limits);
  // To the end of the source, even after the archive's: a verifying source has the last word.
  for await (const chunk of source) yield [...parser.push(chunk)];
  parser.finish();
}

/** The same without a source of its own, for a stage that only looks at what passes by. */
export class NarParser {
  readonly #input = new NarInput();
  readonly #events: Iterator<NarEvent | typeof MORE, void, void>;

  constructor(limits: NarLimits = NarLimits.default) {
    this.#events = archive(this.#input, limits);
  }

  /** What the chunk completes. Must be run to its end before the next push. */
  *push(chunk: Uint8Array): Generator<NarEvent, void, void> {
    this.#input.feed(chunk);
    for (;;) {
      const next = this.#events.next();
      if (next.done === true) break;
      if (next.value === MORE) return;
      yield next.value;
    }
    this.#input.expectEnd();
  }

  /** Throws unless the archive is complete. */
  finish(): void {
    const next = this.#events.next();
    if (next.done !== true) throw this.#input.truncated();
  }
}

/** An open directory. */
interface Level {
  readonly path: ByteString;
  /** Name of the latest entry. */
  last: ByteString | undefined;
}

// Runs of strings that always come together are compared as one.
const MAGIC = narStrings("nix-archive-1");
const NODE = narStrings("(", "type");
const EMPTY = narStrings("");
const CONTENTS = narStrings("contents");
const TARGET = narStrings("target");
const ENTRY = narStrings("(", "name");
const ENTRY_NODE = narStrings("node");
const CLOSE = narStrings(")");

/** Longer than any word of the grammar. */
const WORD = 16;

type Parsing<T = void> = Generator<NarEvent | typeof MORE, T, void>;

/** A stack of our own instead of recursion: the depth is the archive's choice (CVE-2026-44028). */
function* archive(input: NarInput, limits: NarLimits): Parsing {
  const open: Level[] = [];
  yield* input.expect(MAGIC);
  let entries = 1;
  yield* node(input, limits, "", open);
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    input.path = level.path;
    const word = yield* input.string("a directory's word", WORD);
    if (word === "entry") {
      requireWithin("narEntries", (entries += 1), "a NAR");
      yield* entry(input, limits, level, open);
    } else if (word === ")") {
      open.pop();
      if (open.length > 0) yield* input.expect(CLOSE);
    } else {
      throw input.malformed(`expected "entry" or ")"; got ${JSON.stringify(word)}`);
    }
  }
}

function* entry(input: NarInput, limits: NarLimits, level: Level, open: Level[]): Parsing {
  yield* input.expect(ENTRY);
  const name = yield* input.string("a name", limits.name);
  const problem = nameProblem(name);
  if (problem !== undefined) throw input.malformed(problem);
  if (level.last !== undefined && name <= level.last)
    throw input.malformed(
      `the name ${JSON.stringify(name)} must not come after ${JSON.stringify(level.last)}`,
    );
  level.last = name;
  if (open.length > limits.depth)
    throw input.malformed(`entries are more than ${limits.depth} levels deep`);
  const path = level.path === "" ? name : `${level.path}/${name}`;
  input.path = path;
  yield* input.expect(ENTRY_NODE);
  const directories = open.length;
  yield* node(input, limits, path, open);
  // That of a directory comes after its entries.
  if (open.length === directories) yield* input.expect(CLOSE);
}

/** A node; of a directory only its head, and the directory is left in `open`. */
function* node(input: NarInput, limits: NarLimits, path: ByteString, open: Level[]): Parsing {
  yield* input.expect(NODE);
  const type = yield* input.string("a type", WORD);
  if (type === "directory") {
    yield { kind: "directory", path };
    open.push({ path, last: undefined });
    return;
  }
  if (type === "regular") {
    yield* regular(input, path);
  } else if (type === "symlink") {
    yield* input.expect(TARGET);
    const target = yield* input.string("a link's target", limits.target);
    const problem = targetProblem(target);
    if (problem !== undefined) throw input.malformed(problem);
    yield { kind: "symlink", path, target };
  } else {
    throw input.malformed(`unknown type ${JSON.stringify(type)}`);
  }
  yield* input.expect(CLOSE);
}

function* regular(input: NarInput, path: ByteString): Parsing {
  const word = yield* input.string("a file's word", WORD);
  const executable = word === "executable";
  if (executable) {
    yield* input.expect(EMPTY);
    yield* input.expect(CONTENTS);
  } else if (word !== "contents") {
    throw input.malformed(`expected "executable" or "contents"; got ${JSON.stringify(word)}`);
  }
  const size = yield* input.length();
  yield { kind: "regular", path, executable, size };
  yield* input.contents(size);
  yield* input.padding(size);
}

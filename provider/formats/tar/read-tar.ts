/**
 * Reads the tarball of a source as a stream: ustar, PAX and GNU's long names. The hash of a source
 * covers every byte of a name, so names stay bytes. `readArchive` reads all other tars, with tar-stream.
 * @see docs/decisions/0010-two-tar-readers.md
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_01
 * @module
 */
import { requireWithin } from "../../base/budgets.ts";
import type { ByteString } from "../../base/byte-string.ts";
import type { Bytes } from "../../base/bytes.ts";
import { BLOCK_SIZE } from "./block.ts";
import { readBlock, type ReadBlock } from "./read-block.ts";
import { readPax } from "./read-pax.ts";
import { cString, TarInput } from "./tar-input.ts";

/** `path` and `target` are as the archive has them: where they lead is not checked. */
export type TarEvent =
  | { readonly kind: "directory"; readonly path: ByteString }
  | {
      readonly kind: "regular";
      readonly path: ByteString;
      readonly mode: number;
      readonly size: number;
      /** Where in the archive its contents start. */
      readonly offset: number;
    }
  | {
      readonly kind: "symlink" | "hard link";
      readonly path: ByteString;
      readonly target: ByteString;
    }
  /** Belongs to the "regular" before it; the sizes add up. */
  | { readonly kind: "contents"; readonly bytes: Uint8Array };

/** `label` names the archive in messages. Throws TarMalformed, BudgetExceeded. */
export async function* readTar(source: Bytes, label: string): AsyncGenerator<TarEvent> {
  const input = new TarInput(source, label);
  try {
    let [entries, headerBytes, inARow] = [0, 0, 0];
    for (let extended: Extended = {}; ;) {
      const block = readBlock(await input.take(BLOCK_SIZE));
      if (block === undefined) return;
      if (typeof block === "string") throw input.malformed(block);
      if (isExtension(block)) {
        requireWithin("tarHeadersInARow", (inARow += 1), label);
        requireWithin("tarHeaderBytes", (headerBytes += block.size), label);
        extended = { ...extended, ...(await readExtension(input, block)) };
        continue;
      }
      requireWithin("tarEntries", (entries += 1), label);
      yield* readEntry(input, block, extended);
      [extended, inARow] = [{}, 0];
    }
  } finally {
    await input.close();
  }
}

/** What extended headers say about the entry after them. */
interface Extended {
  readonly gnuName?: ByteString;
  readonly gnuTarget?: ByteString;
  readonly pax?: ReadonlyMap<ByteString, ByteString>;
}

// Lix caps names and targets at this size too; PAX records hold one of each and some numbers.
const EXTENSION_LIMIT = 1024 * 1024;

/** Not an entry of its own: GNU's long names, PAX records. */
const isExtension = ({ typeflag }: ReadBlock): boolean => "LKxg".includes(typeflag);

async function readExtension(input: TarInput, block: ReadBlock): Promise<Extended> {
  const { typeflag, size } = block;
  if (size > EXTENSION_LIMIT) throw input.malformed(`an extended header of ${size} bytes`);
  const bytes = Buffer.from(await input.take(size));
  await input.padding(size);
  if (typeflag === "L") return { gnuName: cString(bytes) };
  if (typeflag === "K") return { gnuTarget: cString(bytes) };
  const pax = readPax(bytes);
  if (pax === undefined) throw input.malformed("malformed PAX records");
  // Global ones hold a comment of git's, or times: nothing that a NAR has.
  return typeflag === "g" ? {} : { pax };
}

async function* readEntry(
  input: TarInput,
  block: ReadBlock,
  { pax, gnuName, gnuTarget }: Extended,
): AsyncGenerator<TarEvent> {
  const path = oneOf(input, pax?.get("path"), gnuName) || block.name;
  const target = oneOf(input, pax?.get("linkpath"), gnuTarget) || block.linkname;
  const sparse = [...(pax?.keys() ?? [])].some((key) => key.startsWith("GNU.sparse."));
  if (sparse) throw input.malformed("a sparse file");
  switch (block.typeflag) {
    case "0":
    case "7":
      // Before ustar a directory was a file whose name ends in a slash.
      if (path.endsWith("/")) yield { kind: "directory", path };
      else yield* readFile(input, path, block, pax?.get("size"));
      return;
    // As Go does: these have no contents, whatever their size says.
    case "1":
      yield { kind: "hard link", path, target };
      return;
    case "2":
      yield { kind: "symlink", path, target };
      return;
    case "5":
      yield { kind: "directory", path };
      return;
    default:
      throw input.malformed(KINDS.get(block.typeflag) ?? "an entry of unknown kind");
  }
}

/**
 * GNU tar takes the PAX record, Go takes GNU's header, and libarchive 3.6, with which Nix reads, takes the one that
 * comes first. So an archive that has both is read as different files by different programs.
 */
function oneOf(
  input: TarInput,
  pax: ByteString | undefined,
  gnu: ByteString | undefined,
): ByteString | undefined {
  if (pax && gnu && pax !== gnu)
    throw input.malformed("an entry with one name in a PAX record and another in a GNU header");
  return pax || gnu;
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ["3", "a device"],
  ["4", "a device"],
  ["6", "a named pipe"],
  ["S", "a sparse file"],
]);

async function* readFile(
  input: TarInput,
  path: ByteString,
  { mode, size: inBlock }: ReadBlock,
  inPax: ByteString | undefined,
): AsyncGenerator<TarEvent> {
  const size = inPax === undefined ? inBlock : Number(inPax);
  if (!/^\d*$/.test(inPax ?? "") || !Number.isSafeInteger(size))
    throw input.malformed("a size that is no number");
  yield { kind: "regular", path, mode, size, offset: input.offset };
  for await (const bytes of input.contents(size)) yield { kind: "contents", bytes };
  await input.padding(size);
}

/**
 * Inputs made to exhaust memory or disk, each read by a process with a small heap: it must end by itself,
 * with an error that names the budget. Without the budgets each of these ended by the heap, or filled the disk.
 */
import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { createGzip, createZstdCompress, gzipSync, type Gzip, type ZstdCompress } from "node:zlib";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { foldersIn } from "../support/hostile-nar.ts";
import { assertOverBudget, cliIn, readIn } from "../support/small-heap.ts";
import { gnuLong, pax, tarOf, tarPart, type TarPart } from "../support/tar.ts";

async function write(
  file: string,
  chunks: Iterable<Uint8Array>,
  compressor: Gzip | ZstdCompress = createGzip({ level: 1 }),
): Promise<void> {
  await pipeline(Readable.from(chunks), compressor, createWriteStream(file));
}

const repeated = (count: number, part: (at: number) => TarPart): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => tarPart(part(at)));

/** The same bytes again and again, which cost nothing to make. */
function* again(count: number, ...parts: readonly TarPart[]): Generator<Uint8Array> {
  const bytes = Buffer.concat(parts.map(tarPart));
  for (let at = 0; at < count; at += 1) yield bytes;
}

const FILE = { name: "s/f", contents: "x" };
const TARBALLS: readonly (readonly [string, () => Iterable<Uint8Array>, RegExp])[] = [
  [
    "names folders that it has no entries for",
    () => repeated(30_000, (at) => ({ name: `s/${at}/${"d/".repeat(40)}`, type: "5" })),
    /500,000 files and folders.*BUDGET_EXCEEDED.*\n.*unpackedNodes/,
  ],
  [
    "has headers without end before an entry",
    () => again(100_000, pax({ comment: "x" })),
    /16 extended headers for one entry.*\n.*tarHeadersInARow/,
  ],
  [
    "has GNU's long names without end",
    () => again(100_000, gnuLong("L", "s/x")),
    /tarHeadersInARow/,
  ],
  [
    "has a megabyte of headers with each entry",
    () => again(300, pax({ comment: "x".repeat(1_000_000), path: `s/${"p".repeat(100)}` }), FILE),
    /bytes of extended headers.*\n.*tarHeaderBytes/,
  ],
  [
    "has a file of a megabyte with ten thousand names",
    () => [
      tarPart({ name: "s/f", contents: Buffer.alloc(1024 * 1024) }),
      ...repeated(10_000, (at) => ({ name: `s/${at}`, type: "1", target: "s/f" })),
    ],
    /more than the 8589934592 bytes that it may unpack to.*TARBALL_UNUSABLE/,
  ],
  [
    "has names longer than any file system takes",
    () => [tarOf(gnuLong("L", `s/${"n".repeat(100_000)}`), FILE)],
    /a name that is too long.*TARBALL_UNUSABLE/,
  ],
];

for (const [what, parts, says] of TARBALLS)
  test(`a tarball that ${what} is refused in 192 MB`, () =>
    withTempDir(async (folder) => {
      const file = join(folder, "x.tgz");
      await write(file, parts());
      assertOverBudget(await readIn("tarball", file, { heap: 192, folder }), says);
    }));

test("a NAR of a million entries is refused in 512 MB", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "nar");
    await write(file, foldersIn([], 1_000_001));
    const outcome = await readIn("nar", file, { heap: 512, folder });
    assertOverBudget(outcome, /1,000,000 files, links and folders.*\n.*narEntries/);
  }));

test("forty thousand folders at the deepest and longest path are listed in 96 MB", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "nar");
    const path = Array.from({ length: 60 }, () => "n".repeat(255));
    await write(file, foldersIn(path, 40_000));
    const { code, stderr } = await readIn("nar", file, { heap: 96, folder });
    assert.equal(code, 0, stderr.slice(0, 2000));
  }));

test("a docker archive of some kilobytes does not fill the disk", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    const size = (3 * 1024 ** 3).toString(8).padStart(11, "0");
    const zeros = Buffer.alloc(1024 * 1024);
    const bomb = function* (): Generator<Uint8Array> {
      yield tarPart({ name: "layer.tar", size: `${size}\0` });
      for (let at = 0; at < 600; at += 1) yield zeros;
    };
    await write(file, bomb(), createZstdCompress());
    const outcome = await cliIn(["inspect", "--docker-archive", file], { heap: 96, folder });
    assertOverBudget(outcome, /536,870,912 bytes after decompression.*\n.*expandedBytes/);
  }));

test("an archive with files without end is refused in 96 MB", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    const parts = function* (): Generator<Uint8Array> {
      for (let at = 0; at < 100_001; at += 1)
        yield tarPart({ name: `${"n".repeat(90)}${at}`, prefix: "p".repeat(150) });
    };
    await write(file, parts());
    const outcome = await cliIn(["inspect", "--docker-archive", file], { heap: 96, folder });
    assertOverBudget(outcome, /100,000 files.*\n.*archiveFiles/);
  }));

test("a lock of 600 MB, and arguments without an end, are refused in 192 MB", () =>
  withTempDir(async (folder) => {
    const lock = join(folder, "big.lock.json");
    const handle = await open(lock, "w");
    await handle.truncate(600_000_000);
    await handle.close();
    const args = join(folder, "args.json");
    await writeFile(args, JSON.stringify({ lock, registry: "localhost:5000" }));
    const where = { heap: 192, folder };
    assertOverBudget(
      await cliIn(["plan", args], where),
      /big\.lock\.json.*bytes of a lock.*\n.*lockBytes/,
    );
    assertOverBudget(await cliIn(["plan", "/dev/zero"], where), /\/dev\/zero.*\n.*argumentBytes/);
  }));

test("a tarball as large as nixpkgs is read in 192 MB", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "x.tgz");
    const parts = repeated(100_000, (at) => ({
      name: `s/pkgs/by-name/${String(at % 500)}/${at}/package.nix`,
      contents: "{ }",
    }));
    await writeFile(file, gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]), { level: 1 }));
    const { code, stderr } = await readIn("tarball", file, { heap: 192, folder });
    assert.equal(code, 0, stderr.slice(0, 2000));
  }));

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { withTarFile, type TarFile } from "../../../provider/destination/tar-file.ts";
import { tarOf, type TarPart } from "../../support/tar.ts";

const PARTS: readonly TarPart[] = [
  { name: "./", type: "5" },
  { name: "./a/one", contents: "one" },
  { name: "./empty" },
  { name: "./b/soft", type: "2", target: "../a/one" },
  { name: "./b/hard", type: "1", target: "./a/one" },
  { name: "./b/nowhere", type: "2", target: "../../a/one" },
];

/** What `xz -9 --check=crc32` made of them: Node cannot. */
const XZ = Buffer.from(
  "/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM4BH/AJ5dABcLvBx9AZW//VLrSRXDKKLIzhY9Z37LzFFjGGKGZ4PLwuMnrF" +
    "B6x33fn38zYh5vW8T4xYDSVfdB8WK3I0K/2VKjA6nfVDkHofCEymLr52QgWx7hH9OEGbChBr5py/Qs0lBxsGwl6Vip" +
    "2ogwpn7uIHK0j3rMMOmX/ZHTcUB2rxDq9tGlyAdXfhpC8a/cHBiVzeOl6dhFw+mKw+jQFkIAAAAAJpT9KAABtgGAJA" +
    "AAAlW74D4wDYsCAAAAAAFZWg==",
  "base64",
);

const withFile = <T>(bytes: Uint8Array, use: (tar: TarFile) => Promise<T>): Promise<T> =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    await writeFile(file, bytes);
    return withTarFile(file, use);
  });

async function textOf(tar: TarFile, name: string): Promise<string | undefined> {
  const file = tar.find(name);
  if (file === undefined) return undefined;
  const bytes = await Bytes.collect(file.open());
  assert.equal(bytes.length, file.size);
  return Buffer.from(bytes).toString();
}

for (const [how, compress] of [
  ["plain", (tar: Uint8Array) => tar],
  ["by gzip", gzipSync],
  ["by zstd", zstdCompressSync],
  ["by xz", () => XZ],
  [
    "by zstd in frames of any size",
    (tar: Uint8Array) =>
      Buffer.concat([zstdCompressSync(tar.subarray(0, 700)), zstdCompressSync(tar.subarray(700))]),
  ],
] as const)
  test(`finds files by name and through links, in any order, as often as asked: ${how}`, () =>
    withFile(compress(tarOf(...PARTS)), async (tar) => {
      for (const name of ["b/soft", "a/one", "b/hard", "a/one"])
        assert.equal(await textOf(tar, name), "one");
      assert.equal(await textOf(tar, "empty"), "");
      for (const name of ["a", "two", "b/nowhere"]) assert.equal(tar.find(name), undefined);
    }));

for (const [what, bytes, problem] of [
  ["is cut off", tarOf(...PARTS).subarray(0, 1200), /incomplete/],
  ["has no end", tarOf(...PARTS).subarray(0, -1024), /incomplete/],
  ["is compressed and cut off", gzipSync(tarOf(...PARTS)).subarray(0, -12), /not decompress/],
  ["is compressed in a way we do not know", Buffer.from("BZh91AY&SY"), /not decompress/],
  ["is empty", new Uint8Array(), /not a tar archive/],
  ["is something else", Buffer.alloc(2000, "text"), /not a tar archive/],
  ["has a file twice", tarOf({ name: "a" }, { name: "./a" }), /two files "a"/],
] as const)
  test(`a file that ${what} is refused by its name`, () =>
    assert.rejects(
      withFile(bytes, async () => {}),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "IMAGE_UNREADABLE");
        assert.match(error.message, /image\.tar: /);
        assert.match(error.message, problem);
        return true;
      },
    ));

test("distinguishes an archive, a folder and a missing file", () =>
  withTempDir(async (folder) => {
    const code = "IMAGE_UNREADABLE";
    await assert.rejects(
      withTarFile(folder, async () => {}),
      { code, message: /a folder/ },
    );
    await assert.rejects(
      withTarFile(join(folder, "none"), async () => {}),
      { code },
    );
  }));

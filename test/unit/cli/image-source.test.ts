/** Files that anybody may have written. @module */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { Bytes } from "../../../provider/base/bytes.ts";
import { LixImageError } from "../../../provider/base/errors.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { withImage, type ImageSource } from "../../../provider/cli/image-source.ts";
import { dockerArchiveDestination } from "../../../provider/destination/docker-archive.ts";
import { ociArchiveDestination } from "../../../provider/destination/oci-archive.ts";
import { ociLayoutDestination } from "../../../provider/destination/oci-layout.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { MediaType } from "../../../provider/formats/oci/media-type.ts";
import { mutated } from "../../support/mutated.ts";
import { blobOf, manifestOf, sampleImage, sampleIndex } from "../../support/sample-image.ts";

const IMAGE = sampleImage("one layer", "another layer");
const TWO = sampleIndex(IMAGE, sampleImage("a third"));
const TAGS = { tags: ["latest"] };

async function readAll({ platforms, getBlob }: ImageSource): Promise<void> {
  for (const { digest } of platforms.flatMap(({ layers }) => layers))
    assert.equal(Digest.of(await Bytes.collect(getBlob(digest))), digest);
}

/** Read whole and right, or refused in our words. */
const rightOrRefused = (path: string, kind: "layout" | "docker archive"): Promise<void> =>
  withImage({ kind, path, reference: undefined }, readAll).catch((error: unknown) =>
    assert.ok(error instanceof LixImageError, String(error)),
  );

const bytesOf = (write: (file: string) => Promise<unknown>): Promise<Uint8Array> =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    await write(file);
    return readFile(file);
  });

const ARCHIVES = {
  layout: [
    await bytesOf((file) => ociArchiveDestination(file).publish(IMAGE, TAGS)),
    await bytesOf((file) => ociArchiveDestination(file).publish(TWO, TAGS)),
  ],
  "docker archive": [
    await bytesOf((file) => dockerArchiveDestination(file, "acme/lix").publish(IMAGE, TAGS)),
  ],
};

for (const kind of ["layout", "docker archive"] as const)
  test(`a damaged tar of a ${kind} gives no wrong bytes, and fails with an error of the catalogue`, () =>
    withTempDir(async (folder) => {
      const path = join(folder, "image.tar");
      const tars = ARCHIVES[kind];
      for (const bytes of tars) {
        await writeFile(path, bytes);
        await withImage({ kind, path, reference: undefined }, readAll);
      }
      const seeds = [
        ...tars,
        ...tars.map((tar) => gzipSync(tar)),
        ...tars.map((tar) => zstdCompressSync(tar)),
      ];
      await fc.assert(
        fc.asyncProperty(mutated(seeds, 512), async (bytes) => {
          await writeFile(path, bytes);
          await rightOrRefused(path, kind);
        }),
        { numRuns: 200 },
      );
    }));

test("a damaged index, manifest or config of a layout in a folder gives no wrong bytes either", () =>
  withTempDir(async (folder) => {
    await ociLayoutDestination(folder).publish(TWO, TAGS);
    const names = [TWO.root, ...TWO.children, ...TWO.blobs].map(
      ({ digest }) => `blobs/sha256/${Digest.hex(digest)}`,
    );
    for (const name of ["index.json", "oci-layout", ...names]) {
      const file = join(folder, name);
      const whole = await readFile(file);
      await fc.assert(
        fc.asyncProperty(mutated([whole]), async (bytes) => {
          await writeFile(file, bytes);
          await rightOrRefused(folder, "layout");
        }),
        { numRuns: 30 },
      );
      await writeFile(file, whole);
    }
    await withImage({ kind: "layout", path: folder, reference: undefined }, readAll);
  }));

test("a blob that is named as a config is not read into memory if it is as large as a layer", () =>
  withTempDir(async (folder) => {
    const large = blobOf(Buffer.alloc(5 * 1024 * 1024, " "));
    const { digest, size } = large;
    const config = { mediaType: MediaType.config, digest, size };
    const root = manifestOf(MediaType.manifest, { config, layers: [] });
    await mkdir(join(folder, "image"));
    const path = join(folder, "image");
    await ociLayoutDestination(path).publish({ blobs: [large], children: [], root }, TAGS);
    await assert.rejects(withImage({ kind: "layout", path, reference: undefined }, readAll), {
      code: "IMAGE_UNREADABLE",
      message: /too large/,
    });
  }));

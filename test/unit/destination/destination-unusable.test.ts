import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { LixImageError } from "../../../provider/base/errors.ts";
import type { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import type { Destination } from "../../../provider/destination/destination.ts";
import { usable } from "../../../provider/destination/destination-unusable.ts";
import { ociArchiveDestination } from "../../../provider/destination/oci-archive.ts";
import { ociLayoutDestination, readOciLayout } from "../../../provider/destination/oci-layout.ts";
import { sampleImage } from "../../support/sample-image.ts";

const IMAGE = sampleImage("one layer");

const failure = (code: string): Error =>
  Object.assign(new Error(code), { code, errno: -1, syscall: "write" });

const KINDS: Readonly<Record<string, (place: string) => Destination>> = {
  "a layout": ociLayoutDestination,
  "an archive": (place) => ociArchiveDestination(`${place}.tar`),
  "a compressed archive": (place) => ociArchiveDestination(`${place}.tar.gz`),
};

for (const [kind, destinationAt] of Object.entries(KINDS)) {
  test(`${kind} below a file names its place, and says what to do`, () =>
    withTempDir(async (folder) => {
      await writeFile(join(folder, "file"), "");
      const destination = destinationAt(join(folder, "file", "image"));
      await assert.rejects(destination.publish(IMAGE, { tags: [] }), (error) => {
        assert.ok(error instanceof LixImageError, String(error));
        assert.equal(error.message, `${destination.description}: cannot be used`);
        assert.match(error.hint ?? "", /may read and write/);
        return true;
      });
    }));

  test(`${kind} is not blamed for what happens where the image comes from`, () =>
    withTempDir(async (folder) => {
      const elsewhere = failure("EIO");
      const open = (): Bytes => {
        throw elsewhere;
      };
      const image = { ...IMAGE, blobs: IMAGE.blobs.map((blob) => ({ ...blob, open })) };
      const destination = destinationAt(join(folder, "image"));
      await assert.rejects(
        destination.publish(image, { tags: [] }),
        (error) => error === elsewhere,
      );
      assert.ok(!(await readdir(folder)).some((name) => name.startsWith(".")));
    }));
}

test("a layout that cannot be read is unusable, too", () =>
  withTempDir(async (dir) => {
    await mkdir(join(dir, "oci-layout"));
    const expected = { code: "DESTINATION_UNUSABLE" };
    await assert.rejects(ociLayoutDestination(dir).missing([]), expected);
    await assert.rejects(readOciLayout(dir), expected);
  }));

test("distinguishes a full disk from missing permission", async () => {
  const failing = (code: string): Promise<unknown> =>
    usable("/images", () => Promise.reject(failure(code)));
  for (const code of ["ENOSPC", "EDQUOT"])
    await assert.rejects(failing(code), { message: "/images: no space left on its disk" });
  for (const code of ["EACCES", "EROFS", "ENOTDIR"])
    await assert.rejects(failing(code), { message: "/images: cannot be used" });
});

import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { LayerCache, type KnownLayer } from "../../../provider/image/layer-cache.ts";
import { ownFolders, whoElseWrites } from "../../../provider/image/ownership.ts";
import { DiffId, Digest } from "../../../provider/formats/oci/digest.ts";
import { hasCode } from "../../support/has-code.ts";

const KEY = "a".repeat(64);
const digest = Digest.of(Buffer.from("layer"));
const KNOWN: KnownLayer = {
  digest,
  diffId: DiffId.parse(digest),
  size: 5,
  mediaType: "application/vnd.oci.image.layer.v1.tar",
  compressor: "none",
};
const skip = process.platform === "win32" && "Windows has other permissions";
const needsRoot = process.geteuid?.() !== 0 && "only root gives files away";
const STRANGER = 12_345;

test("files are trusted if this user or root owns them and no other user may write them", () => {
  for (const mode of [0o700, 0o755, 0o555, 0o2755]) {
    assert.equal(whoElseWrites({ uid: 7, mode }, 7), undefined);
    assert.equal(whoElseWrites({ uid: 0, mode }, 7), undefined);
    assert.match(whoElseWrites({ uid: 8, mode }, 7) ?? "", /belongs to user 8/);
    assert.match(whoElseWrites({ uid: 8, mode }, 0) ?? "", /belongs to user 8/);
  }
  for (const mode of [0o775, 0o777, 0o702, 0o2770])
    assert.match(whoElseWrites({ uid: 7, mode }, 7) ?? "", /may be written by other users/);
});

for (const folder of [".", "v1", "v1/layers", "v1/blobs"])
  test(
    `a cache whose folder ${folder} others may write is neither read nor written`,
    { skip },
    () =>
      withTempDir(async (dir) => {
        const root = join(dir, "cache");
        mkdirSync(join(root, "v1/layers"), { recursive: true });
        mkdirSync(join(root, "v1/blobs"));
        chmodSync(join(root, folder), 0o775);
        const cache = new LayerCache(root);
        const uses = folder.endsWith("blobs")
          ? [() => cache.addBlob(() => Promise.reject(new Error("not refused")))]
          : [() => cache.identity(KEY), () => cache.remember(KEY, KNOWN)];
        for (const use of uses)
          await assert.rejects(use, (error) => {
            assert.ok(hasCode(error, "CACHE_UNSAFE"));
            assert.ok(error.message.includes(join(root, folder)), error.message);
            assert.match(error.hint ?? "", /chmod -R go-w .*LIX_IMAGE_CACHE/);
            return true;
          });
      }),
  );

test(
  "a cache that belongs to another user is refused, also for root",
  { skip: skip || needsRoot },
  () =>
    withTempDir(async (dir) => {
      chownSync(dir, STRANGER, STRANGER);
      await assert.rejects(new LayerCache(dir).identity(KEY), (error) => {
        assert.ok(hasCode(error, "CACHE_UNSAFE"));
        assert.match(error.message, /belongs to user 12345, and this process is user 0/);
        assert.match(error.hint ?? "", /chown/);
        return true;
      });
    }),
);

test("a link counts as the folder that it leads to", { skip }, () =>
  withTempDir(async (dir) => {
    const [target, link] = [join(dir, "target"), join(dir, "link")];
    mkdirSync(target, { mode: 0o700 });
    symlinkSync(target, link);
    await ownFolders(link)(join(link, "file"));
    chmodSync(target, 0o777);
    await assert.rejects(ownFolders(link)(join(link, "file")), { code: "CACHE_UNSAFE" });
  }),
);

test(
  "in a sticky folder such as /tmp our own one is used, and a stranger's is refused",
  { skip },
  () =>
    withTempDir(async (dir) => {
      chmodSync(dir, 0o1777);
      const cache = new LayerCache(dir);
      await cache.remember(KEY, KNOWN);
      assert.deepEqual(await cache.identity(KEY), KNOWN);
      chmodSync(cache.folder, 0o1777);
      await assert.rejects(new LayerCache(dir).identity(KEY), { code: "CACHE_UNSAFE" });
    }),
);

test("folders are made for this user alone", { skip }, () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(join(dir, "a/b"));
    await cache.remember(KEY, KNOWN);
    for (const folder of [join(dir, "a"), join(dir, "a/b"), cache.folder, `${cache.folder}/layers`])
      assert.equal(statSync(folder).mode & 0o777, 0o700, folder);
  }),
);

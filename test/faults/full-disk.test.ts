/**
 * A disk that becomes full at each kind of write: the error says where and what to do, nothing half-done
 * stays, and the same command succeeds when there is room.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { onSmallDisk, whyNoSmallDisk } from "../support/small-disk.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { tarOf } from "../support/tar.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

const CLI = join(REPOSITORY, "provider/cli/main.ts");
const CHILD = join(REPOSITORY, "test/faults/children/read-hostile.ts");

interface FullDisk {
  readonly command: (workshop: Workshop, disk: string) => Promise<string[]>;
  readonly env?: (disk: string) => Readonly<Record<string, string>>;
  readonly says: RegExp;
  /** What may stay, beside folders: of a cache or layout, whole blobs. */
  readonly mayStay?: RegExp;
}

const build = async (workshop: Workshop, ...options: string[]): Promise<string[]> => [
  CLI,
  "build",
  await workshop.writeArgs({}),
  ...options,
];

const contents = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251));

const DISKS: Readonly<Record<string, FullDisk>> = {
  "the local cache": {
    command: (workshop) => build(workshop, "--oci", "out"),
    env: (disk) => ({ LIX_IMAGE_CACHE: join(disk, "cache") }),
    says: /local cache: no space left on the disk of .*CACHE_UNUSABLE\]\n +hint: free some space/,
    mayStay: /\/cache\/.*(?<!\.tmp)$/,
  },
  "an OCI layout": {
    command: (workshop, disk) => build(workshop, "--oci", join(disk, "layout")),
    says: /layout: no space left on its disk.*DESTINATION_UNUSABLE\]\n +hint: free some space/,
    mayStay: /\/layout\/(oci-layout|blobs\/sha256\/[0-9a-f]{64})$/,
  },
  "an OCI archive": {
    command: (workshop, disk) => build(workshop, "--oci", join(disk, "image.tar")),
    says: /image\.tar: no space left on its disk.*DESTINATION_UNUSABLE\]/,
  },
  "a docker archive": {
    command: (workshop, disk) => build(workshop, "--docker-archive", join(disk, "image.tar")),
    says: /image\.tar: no space left on its disk.*DESTINATION_UNUSABLE\]/,
  },
  "the temporary folder, for a compressed archive": {
    async command({ folder }) {
      const config = JSON.stringify({
        architecture: "amd64",
        os: "linux",
        rootfs: { type: "layers", diff_ids: [] },
      });
      const manifest = JSON.stringify([{ Config: "c.json", RepoTags: ["a:b"], Layers: [] }]);
      const tar = tarOf(
        { name: "large", contents },
        { name: "c.json", contents: config },
        { name: "manifest.json", contents: manifest },
      );
      await writeFile(join(folder, "image.tar.zst"), zstdCompressSync(tar));
      return [CLI, "inspect", "--docker-archive", "image.tar.zst"];
    },
    env: (disk) => ({ TMPDIR: disk }),
    says: /archive\.tar: no space left on its disk.*FILE_UNUSABLE\]\n +hint: .*TMPDIR/,
  },
  "the temporary folder, for a tarball": {
    async command({ folder }) {
      await writeFile(join(folder, "x.tgz"), gzipSync(tarOf({ name: "s/large", contents })));
      return [CHILD, "tarball", "x.tgz"];
    },
    env: (disk) => ({ TMPDIR: disk }),
    says: /contents: no space left on its disk.*FILE_UNUSABLE\]\n +hint: .*TMPDIR/,
  },
  "the lock's folder": {
    command: (_, disk) => Promise.resolve([CHILD, "lock", join(disk, "lix-image.lock.json")]),
    says: /lix-image\.lock\.json: no space left on its disk.*FILE_UNUSABLE\]/,
  },
};

const reason = await whyNoSmallDisk();
if (reason !== undefined) console.error(reason);

describe("a disk that becomes full", { skip: reason }, () => {
  for (const [what, { command, env, says, mayStay = /^$/ }] of Object.entries(DISKS))
    test(`${what}: the error says so, no partial file stays, and with more space it works`, () =>
      withWorkshop({}, async (workshop) => {
        const { folder, cache } = workshop;
        const disk = join(folder, "disk");
        const run = await onSmallDisk(
          [process.execPath, ...(await command(workshop, disk))],
          { disk, kilobytes: 64, folder },
          { LIX_IMAGE_CACHE: cache, ...env?.(disk) },
        );
        assert.equal(run.code, 1, run.stderr);
        assert.match(run.stderr, says);
        assert.doesNotMatch(run.stderr, /INTERNAL_ERROR|^ +at /m);
        const folders = new Set(run.left.map((path) => path.slice(0, path.lastIndexOf("/"))));
        const stays = run.left.filter((path) => !folders.has(path) && !mayStay.test(path));
        assert.deepEqual(
          stays.filter((path) => /\.[^/]+$/.test(path)),
          [],
          "files that are not whole",
        );
        assert.equal(run.retry.code, 0, run.retry.stderr);
      }));
});

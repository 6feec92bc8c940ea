import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { Bytes } from "../../provider/base/bytes.ts";
import { recursivePath } from "../../provider/formats/nix/content-address.ts";
import { NarHash } from "../../provider/formats/nix/nix-hash.ts";
import { narOfTarball } from "../../provider/substituter/tarball.ts";
import { scratchNix } from "../support/nix.ts";
import { needs } from "../support/peers.ts";

/** All that a source may hold, names that are no UTF-8 too; ustar has no place for `long` ones. */
function writeSource(folder: string, long: boolean): void {
  const write = (name: string, contents: string, mode = 0o644): void => {
    const file = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, "latin1")]);
    writeFileSync(file, contents);
    chmodSync(file, mode);
  };
  const deep = `deep/${"very-long-name-of-a-directory/".repeat(long ? 9 : 3)}`;
  for (const path of ["", "lib", "empty", deep]) mkdirSync(join(folder, path), { recursive: true });
  write("default.nix", "{ }: import ./lib\n");
  write("lib/default.nix", "{ }\n");
  write("run.sh", "#!/bin/sh\n", 0o755);
  write("only-others-run-it", "", 0o655);
  write(".hidden", "");
  write("B", "x".repeat(511));
  write("a-b", "x".repeat(512));
  write("a.b", "x".repeat(513));
  write(`${deep}${"f".repeat(long ? 120 : 90)}`, "deep");
  write("\xff\xfe\x80", "wild");
  symlinkSync("default.nix", join(folder, "link"));
  symlinkSync(`../${"x/".repeat(long ? 80 : 30)}nowhere`, join(folder, "dangling"));
  linkSync(join(folder, "run.sh"), join(folder, "zz-hard"));
}

const FORMATS = ["gnu", "pax", "ustar"] as const;
const COMPRESSIONS = [
  ["tar", "--no-auto-compress"],
  ["tar.gz", "--gzip"],
  ["tar.xz", "--xz"],
  ["tar.zst", "--zstd"],
] as const;

for (const format of FORMATS)
  for (const [suffix, compression] of COMPRESSIONS)
    test(
      `a ${suffix} of format ${format} has the store path that real Nix gives it`,
      { skip: needs("nix-store", "xz", "zstd") },
      async () => {
        await withTempDir(async (folder) => {
          const source = join(folder, "source");
          writeSource(source, format !== "ustar");
          const tarball = join(folder, `src-1.${suffix}`);
          const packed = spawnSync(
            "tar",
            [`--format=${format}`, compression, "-cf", tarball, "-C", folder, "source"],
            { encoding: "utf8" },
          );
          assert.equal(packed.status, 0, packed.stderr);
          const nar = await Bytes.collect(
            narOfTarball(createReadStream(tarball), { label: tarball }),
          );
          const ours = recursivePath("source", NarHash.of(nar), []).storePath;

          const nix = await scratchNix(folder);
          assert.equal(ours, await nix.run("nix-store", "--add", source));
          const url = pathToFileURL(tarball).href;
          const printed = await nix.run(
            "nix-prefetch-url",
            ...["--unpack", "--print-path", "--name", "source", url],
          );
          assert.equal(ours, printed.split("\n").at(-1));
        });
      },
    );

test(
  "git's archive with its global header has the store path that real Nix gives it",
  { skip: needs("nix-store") },
  async () => {
    await withTempDir(async (folder) => {
      const source = join(folder, "source");
      writeSource(source, true);
      const git = (...args: readonly string[]): Buffer =>
        execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@x", "-C", source, ...args]);
      git("init", "--quiet");
      git("add", ".");
      git("commit", "--quiet", "--message", "x");
      const archive = git("archive", "--format=tar.gz", "--prefix=repo-1/", "HEAD");
      const tarball = join(folder, "archive.tar.gz");
      writeFileSync(tarball, archive);
      const nar = await Bytes.collect(narOfTarball(Bytes.of(archive), { label: "archive" }));
      const nix = await scratchNix(folder);
      const printed = await nix.run(
        "nix-prefetch-url",
        ...["--unpack", "--print-path", "--name", "source", pathToFileURL(tarball).href],
      );
      assert.equal(
        recursivePath("source", NarHash.of(nar), []).storePath,
        printed.split("\n").at(-1),
      );
    });
  },
);

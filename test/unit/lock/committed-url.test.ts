/** No credential gets into a file that is committed: not by an option, not by an edit of the file. @module */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { LixImageError, render } from "../../../provider/base/errors.ts";
import { parseLockArguments } from "../../../provider/cli/lock/arguments.ts";
import { readRecord } from "../../../provider/cli/lock/record.ts";
import { parseLock } from "../../../provider/lock/read-lock.ts";
import { checkCacheUrl } from "../../../provider/lock/lock-schema.ts";
import { formatLock } from "../../../provider/lock/write-lock.ts";
import { sampleLock } from "./sample.ts";

const SECRET = [
  "https://u:s3cret@h.example/x.tar.gz",
  "https://s3cret@h.example/x.tar.gz",
  "HTTPS://u:s3cret@h.example/x.tar.gz",
  "https:u:s3cret@h.example/x.tar.gz",
  "https://h.example/x.tar.gz?private_token=s3cret",
  "https://h.example/x.tar.gz?rev=1&X-Amz-Signature=s3cret",
  "https://h.example/x.tar.gz?rev=1;access_token=s3cret",
  "https://h.example/x.tar.gz?%74oken=s3cret",
  "https://h.example/x.tar.gz?sig=s3cret",
  "https://h.example/x.tar.gz#token=s3cret",
  "https://h.example/x.tar.gz#x?token=s3cret",
  "https://u:s3/cret@h.example/x.tar.gz",
  "https://h.example/x;private_token=s3cret/x.tar.gz",
  "https://h.example/x%3Bprivate_token=s3cret/x.tar.gz",
  `https://h.example/ghp_s3cret${"A".repeat(30)}/x.tar.gz`,
  `https://h.example/r/glpat-s3cret${"A".repeat(14)}/x.tar.gz`,
];

const HARMLESS = [
  "https://h.example/x.tar.gz",
  "https://h.example/x.tar.gz?rev=abc&ref=main&narHash=sha256-x%3D",
  "https://cdn.example/x@1.2/y.tar.gz",
];

test("an option with a credential in a URL is refused without showing it", () => {
  for (const url of SECRET)
    for (const argv of [
      ["--channel", url],
      ["--channel", "nixos-unstable", "--lix", url],
      ["--channel", "nixos-unstable", "--nixpkgs", url],
      ["--channel", "nixos-unstable", "--cache", url],
      ["--flake", url],
      ["--flake", `git+${url}`],
    ]) {
      const refused = (): unknown => parseLockArguments(argv, "/srv");
      assert.throws(refused, (error) => {
        assert.doesNotMatch(render(error), /s3|cret/, argv.join(" "));
        return true;
      });
    }
  for (const url of HARMLESS)
    parseLockArguments(["--channel", "nixos-unstable", "--nixpkgs", url], "/srv");
  parseLockArguments(["--flake", "git+ssh://git@h.example/x?ref=main#pkgs"], "/srv");
  parseLockArguments(["--flake", "github:NixOS/nixpkgs/nixos-unstable"], "/srv");
});

test("the file beside a lock is read by the same rule", async () => {
  await withTempDir(async (folder) => {
    const file = join(folder, "lix-image.lock.args");
    for (const option of ["--channel", "--nixpkgs", "--lix", "--cache", "--flake"]) {
      const source =
        option === "--channel" || option === "--flake" ? "" : "--channel nixos-unstable\n";
      await writeFile(file, `${source}${option} https://u:s3cret@h.example/x\n`);
      await assert.rejects(readRecord(join(folder, "lix-image.lock.json")), (error) => {
        assert.match(render(error), /credentials do not belong in a lock.*netrc/);
        assert.doesNotMatch(render(error), /s3cret/);
        return true;
      });
    }
  });
});

test("a lock with a credential in the URL of a tarball is refused", () => {
  const text = formatLock(sampleLock());
  const tarball = /"tarball": "[^"]+"/;
  assert.match(text, tarball);
  const withTarball = (url: string): string => text.replace(tarball, `"tarball": "${url}"`);
  for (const url of SECRET)
    assert.throws(
      () => parseLock(withTarball(url), "/lock.json"),
      (error) => {
        assert.ok(error instanceof LixImageError);
        assert.equal(error.code, "INVALID_LOCK");
        assert.match(error.message, /credentials do not belong|Invalid URL|expected/, url);
        assert.doesNotMatch(error.message, /s3cret|cret@/);
        return true;
      },
      url,
    );
  for (const url of HARMLESS) parseLock(withTarball(url), "/lock.json");
});

test("a cache with a credential in another spelling is refused", () => {
  for (const url of ["//u:s3cret@h/x", "u:s3cret@h/x", "s3://k:s3cret@bkt", "s3://bkt?token=x"])
    assert.throws(() => checkCacheUrl(url), RangeError, url);
});

test("a host and port that looks like a folder is refused with the right spelling", () => {
  for (const url of ["127.0.0.1:5000", "localhost:5000/x", "[::1]:5000", "cache.lan:8080"])
    assert.throws(
      () => checkCacheUrl(url),
      new RegExp(`write http://${url.replace(/[[\]]/g, "\\$&")}, or https`),
    );
});

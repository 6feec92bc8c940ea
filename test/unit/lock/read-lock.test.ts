import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import type { LixImageError } from "../../../provider/base/errors.ts";
import { parseLock, readLock } from "../../../provider/lock/read-lock.ts";
import { formatLock } from "../../../provider/lock/write-lock.ts";
import { CURL, CURL_DEV, GLIBC, sampleLock, SOURCE } from "./sample.ts";

const FILE = "/srv/infra/lix-image.lock.json";
const text = formatLock(sampleLock());

/** The reader's messages about the sample with one part of its JSON changed. */
function complaint(change: (json: ReturnType<typeof JSON.parse>) => void): string {
  const json = JSON.parse(text);
  change(json);
  try {
    parseLock(JSON.stringify(json), FILE);
  } catch (error) {
    return (error as LixImageError).message;
  }
  throw new Error("the lock was accepted");
}
const baseName = (path: string): string => path.slice("/nix/store/".length);

test("reads back what was written", () => {
  const lock = parseLock(text, FILE);
  const sample = sampleLock();
  assert.equal(formatLock({ ...lock, caches: sample.caches }), formatLock(sample));
  const system = lock.systems.get("x86_64-linux");
  assert.equal(system?.nixpkgs, SOURCE.storePath);
  assert.deepEqual([...(system?.packages.get("curl.bin")?.outputs.keys() ?? [])], ["dev", "bin"]);
  assert.deepEqual([...(system?.paths.keys() ?? [])], [GLIBC, CURL, SOURCE.storePath].sort());
  assert.deepEqual(system?.paths.get(CURL)?.references, [GLIBC, CURL]);
});

test("makes a relative cache a file URL, from the lock's folder", () => {
  const [folder, remote] = parseLock(text, FILE).caches;
  assert.equal(folder?.url, pathToFileURL("/srv/infra/cache").href);
  assert.equal(remote?.url, "https://cache.example.org");
});

test("names the absolute path of a lock that is not there, and how to make one", async () => {
  await withTempDir(async (dir) => {
    await assert.rejects(readLock(join(dir, "x.json")), (error: LixImageError) => {
      assert.equal(error.code, "LOCK_NOT_FOUND");
      assert.ok(error.message.includes(join(dir, "x.json")));
      assert.match(error.hint ?? "", /lix-image lock/);
      return true;
    });
    await mkdir(join(dir, "folder"));
    await assert.rejects(readLock(join(dir, "folder")), { code: "LOCK_UNREADABLE" });
    await writeFile(join(dir, "bad.json"), "{\n  oops");
    await assert.rejects(readLock(join(dir, "bad.json")), (error: LixImageError) => {
      assert.equal(error.code, "LOCK_SYNTAX");
      assert.match(String((error.cause as Error).message), /line 2, column 3/);
      return true;
    });
  });
});

test("sends the user of a newer lock to a newer release", () => {
  const newer = text.replace('"version": 1', '"version": 3');
  assert.throws(() => parseLock(newer, FILE), {
    code: "LOCK_VERSION",
    message: `${FILE}: version 3: made by a newer pulumi-lix`,
    hint: "upgrade pulumi-lix",
  });
  assert.throws(() => parseLock('{"version": "1"}', FILE), { code: "LOCK_VERSION" });
});

test("reports every mistake with its place", () => {
  const message = complaint((json) => {
    const system = json.systems["x86_64-linux"];
    json.extra = 1;
    json.caches[1].url = "https://me:hunter2@cache.example.org";
    json.caches[0].trustedPublicKeys.push("test-1:short");
    system.packages["curl.bin"].priority = "5";
    system.packages["curl.bin"].outputs.bin = "/usr/bin/curl";
    delete system.packages.nix.name;
    system.paths[baseName(CURL)].narSize = 2001;
    system.paths[baseName(CURL)].narHash = "sha256-x";
    system.paths.nonsense = {};
  });
  for (const expected of [
    '.: unknown key "extra"',
    ".caches[1].url: credentials do not belong in a lock",
    '.caches[0].trustedPublicKeys[1]: not a public key: "test-1:short"',
    '.systems["x86_64-linux"].packages["curl.bin"].priority: expected number; got string',
    '.systems["x86_64-linux"].packages["curl.bin"].outputs.bin: not a store path: "/usr/bin/curl"',
    '.systems["x86_64-linux"].packages.nix.name: expected string; it is missing',
    `.paths["${baseName(CURL)}"].narSize: must be a multiple of 8`,
    `.paths["${baseName(CURL)}"].narHash: not a sha256 hash`,
    '.systems["x86_64-linux"].paths.nonsense: not <hash>-<name>',
  ])
    assert.ok(message.includes(expected), `${expected}\nis not in\n${message}`);
  assert.ok(!message.includes("hunter2"), "a password got into the message");
});

test("reports contradictions between the parts of a lock", () => {
  const message = complaint((json) => {
    const system = json.systems["x86_64-linux"];
    delete system.paths[baseName(GLIBC)];
    delete system.paths[baseName(SOURCE.storePath)];
    delete system.packages.nix.version;
    system.packages["curl.bin"].defaultOutput = "lib";
    delete system.packages["curl.bin"].outputSpecified;
    system.packages["curl.bin"].outputsToInstall = ["man", "dev"];
    system.paths[baseName(CURL)].fetch = { tarball: "https://example.org/x.tar.gz" };
  });
  for (const expected of [
    `.systems["x86_64-linux"].nixpkgs: ${SOURCE.storePath} is not in paths`,
    `.packages.nix: output "out", ${GLIBC}, is not in paths`,
    ".packages.nix: has no version",
    '.packages["curl.bin"]: defaultOutput "lib" is not among its outputs',
    '.packages["curl.bin"]: "man" of outputsToInstall is not among its outputs',
    `.packages["curl.bin"]: output "dev", ${CURL_DEV}, is not in paths`,
    `.references: ${baseName(GLIBC)} is not in paths`,
    '.fetch: needs "ca"',
  ])
    assert.ok(message.includes(expected), `${expected}\nis not in\n${message}`);
});

test("counts the mistakes beyond the twentieth", () => {
  const message = complaint((json) => {
    for (let index = 0; index < 25; index += 1) json[`key${index}`] = 0;
  });
  assert.match(message, /: 25 mistakes\n/);
  assert.match(message, /key19/);
  assert.doesNotMatch(message, /key20/);
  assert.match(message, /\n {2}and 5 more$/);
});

test("refuses outputs whose names are numbers, because their order would be lost", () => {
  assert.match(
    complaint((json) => {
      json.systems["x86_64-linux"].packages.nix.outputs["1"] = GLIBC;
    }),
    /not the name of an output/,
  );
});

test("requires only the chosen output of an attribute that names an output", () => {
  const json = JSON.parse(text);
  json.systems["x86_64-linux"].packages["curl.bin"].outputs.out = CURL_DEV;
  json.systems["x86_64-linux"].packages["curl.bin"].outputsToInstall = ["bin", "dev"];
  parseLock(JSON.stringify(json), FILE);
});

/** Format 2 of the lock: license, identifiers and homepage of packages. @module */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { LixImageError } from "../../../provider/base/errors.ts";
import { compareLocks, isSameSystem } from "../../../provider/lock/compare-locks.ts";
import type { Lock } from "../../../provider/lock/lock.ts";
import type { PackageMetadata } from "../../../provider/lock/package-metadata.ts";
import { parseLock } from "../../../provider/lock/read-lock.ts";
import { formatLock } from "../../../provider/lock/write-lock.ts";
import { sampleLock } from "./sample.ts";

const FILE = "/srv/infra/lix-image.lock.json";
const SYSTEM = "x86_64-linux";
const golden = (name: string): string => join(import.meta.dirname, "../../golden/lock", name);

const CURL: PackageMetadata = {
  homepage: "https://curl.se/",
  license: "curl",
  identifiers: {
    cpe: "cpe:2.3:a:haxx:curl:8.9.1:*:*:*:*:*:*:*",
    purl: "pkg:github/curl/curl@8.9.1",
  },
};

function withMetadata(metadata: Readonly<Record<string, PackageMetadata>>): Lock {
  const lock = sampleLock();
  const systems = [...lock.systems].map(([name, system]) => {
    const packages = [...system.packages].map(
      ([attribute, locked]) => [attribute, { ...locked, ...metadata[attribute] }] as const,
    );
    return [name, { ...system, packages: new Map(packages) }] as const;
  });
  return { ...lock, systems: new Map(systems) };
}

const LOCK = withMetadata({
  "curl.bin": CURL,
  nix: {
    license: "LGPL-2.1-or-later",
    identifiers: { possibleCPEs: ["cpe:2.3:a:gnu:glibc:2.40:*:*:*:*:*:*:*"] },
  },
});

test("a lock with metadata is written as the golden of format 2 has it", (t) => {
  t.assert.fileSnapshot(formatLock(LOCK), golden("format-2.lock.json"), {
    serializers: [(text: string) => text],
  });
});

test("a lock of format 2 is read back, and written as the same bytes", () => {
  const text = formatLock(LOCK);
  const { caches } = sampleLock();
  const read = parseLock(text, FILE);
  assert.equal(formatLock({ ...read, caches }), text);
  const { license, identifiers, homepage } =
    read.systems.get(SYSTEM)?.packages.get("curl.bin") ?? {};
  assert.deepEqual({ license, identifiers, homepage }, CURL);
});

test("a lock of format 1 is read, and stays in format 1 when there is nothing to add", () => {
  const text = readFileSync(golden("sample.lock.json"), "utf8");
  const read = parseLock(text, FILE);
  assert.equal(formatLock({ ...read, caches: sampleLock().caches }), text);
  const second = parseLock(text.replace('"version": 1', '"version": 2'), FILE);
  assert.deepEqual(second, read);
  for (const empty of [{}, { identifiers: {} }, { license: undefined }])
    assert.equal(formatLock(withMetadata({ nix: empty })), text);
});

/** What the reader says of the sample's `nix` with these fields. */
function complaint(fields: object, version = 2): string {
  const json = JSON.parse(formatLock(LOCK));
  json.version = version;
  Object.assign(json.systems[SYSTEM].packages.nix, fields);
  try {
    parseLock(JSON.stringify(json), FILE);
  } catch (error) {
    return (error as LixImageError).message;
  }
  return "";
}

test("format 1 knows no license", () => {
  assert.match(complaint({}, 1), /packages\.nix: unknown key "license"/);
});

for (const [what, fields, says] of [
  ["a license that is no expression", { license: "Public Domain" }, "not an SPDX license"],
  ["a license of a megabyte", { license: "x".repeat(1e6) }, "at most 4000 characters"],
  ["a license of many levels", { license: `${"(".repeat(1e3)}` }, "at most 32 levels"],
  ["a license with a control character", { license: "MIT\u001b[2J" }, "not an SPDX license"],
  ["a license that is an object", { license: { spdxId: "MIT" } }, "expected string"],
  ["a script as its homepage", { homepage: "javascript:alert(1)" }, "not a homepage"],
  ["a homepage with a password", { homepage: "https://a:hunter2@b.org/" }, "credentials do not"],
  ["a homepage with a line break", { homepage: "https://b.org/\nx" }, "not a homepage"],
  ["a homepage of a megabyte", { homepage: `https://b.org/${"x".repeat(1e6)}` }, "not a homepage"],
  ["a purl that is none", { identifiers: { purl: "curl" } }, "not a package URL"],
  ["a purl with a bidi control", { identifiers: { purl: "pkg:a/\u202eb" } }, "not a package URL"],
  ["a CPE that is none", { identifiers: { cpe: "cpe:/a:b" } }, "not a CPE"],
  ["an unknown identifier", { identifiers: { swid: "x" } }, 'unknown key "swid"'],
  [
    "a thousand guesses",
    { identifiers: { possibleCPEs: Array(1000).fill("cpe:2.3:a:b:c") } },
    "20",
  ],
] as const)
  test(`refuses ${what}, without repeating it`, () => {
    const message = complaint(fields);
    assert.ok(message.includes(says), `${says} is not in ${message}`);
    assert.ok(message.length < 400 && !message.includes("hunter2"), message);
  });

test("a comparison sees another license, homepage or identifier", () => {
  for (const change of [
    { license: "MIT" },
    { homepage: "https://example.org" },
    { identifiers: { purl: "pkg:generic/curl@8.9.1" } },
    { license: undefined },
  ]) {
    const [system] = compareLocks(LOCK, withMetadata({ "curl.bin": { ...CURL, ...change } }));
    assert.ok(system && !isSameSystem(system));
    assert.deepEqual(system.packages.map(({ attribute }) => attribute).includes("curl.bin"), true);
  }
  const [same] = compareLocks(LOCK, LOCK);
  assert.ok(same && isSameSystem(same));
});

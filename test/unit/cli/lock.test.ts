import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { LixImageError } from "../../../provider/base/errors.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { lockCommand } from "../../support/lock-command.ts";
import { REQUIRED_ATTRIBUTES } from "../../../provider/resolve/attributes.ts";
import type { LockedPath } from "../../../provider/lock/lock.ts";
import { readLock } from "../../../provider/lock/read-lock.ts";
import { verifyLock } from "../../../provider/lock/verify-lock.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { writeNarInfos } from "../../support/cache-folder.ts";
import { CURL, GLIBC, KEY, sampleLock, signed, SOURCE, testKey } from "../lock/sample.ts";

/** One path for each required attribute but curl, all referring to glibc. */
const PATHS = new Map(
  REQUIRED_ATTRIBUTES.filter((attribute) => attribute !== "curl").map((attribute, index) => {
    const digits = `${index + 10}`.padStart(32, "a");
    const path = StorePath.parse(`/nix/store/${digits}-${attribute}-${index}.0`);
    return [attribute, path] as const;
  }),
);

function cachePaths(): LockedPath[] {
  const [system] = sampleLock().systems.values();
  const others = [...PATHS.values()].map((storePath) =>
    signed({
      storePath,
      narHash: NarHash.of(Buffer.from(storePath)),
      narSize: 400,
      references: [GLIBC],
      downloadSize: 123,
    }),
  );
  return [...others, ...(system?.paths.values() ?? [])];
}

const pathOptions = (): string[] => [
  ...[...PATHS].flatMap(([attribute, path]) => ["--path", `${attribute}=${path}`]),
  ...["--path", `curl.bin=${CURL}`],
];

/** Runs the command with a cache folder beside the lock; the options come behind. */
async function lockIn(dir: string, ...options: string[]): Promise<string> {
  const output = join(dir, "lix-image.lock.json");
  const cache = ["--cache", join(dir, "cache"), "--trusted-public-key", KEY.publicKey];
  assert.equal(await lockCommand(["--output", output, ...cache, ...options]), 0);
  return output;
}

async function failure(work: Promise<unknown>): Promise<LixImageError> {
  return work.then(
    () => assert.fail("expected a failure"),
    (error: LixImageError) => error,
  );
}

test("locks store paths and their closure from a folder", async () => {
  await withTempDir(async (dir) => {
    await writeNarInfos(join(dir, "cache"), cachePaths());
    const output = await lockIn(dir, ...pathOptions(), "--nixpkgs", SOURCE.storePath);
    const { lock } = await readLock(output);
    await verifyLock(lock);
    const system = lock.systems.get("x86_64-linux");
    assert.ok(system);
    assert.equal(system.paths.size, PATHS.size + 3);
    assert.equal(system.paths.get(CURL)?.downloadSize, 700);
    assert.equal(
      system.paths.get(CURL)?.deriver,
      "44444444444444444444444444444444-curl-8.9.1.drv",
    );
    assert.equal(system.paths.get(SOURCE.storePath)?.ca, SOURCE.ca);
    assert.equal(system.nixpkgs, SOURCE.storePath);
    assert.equal(system.packages.get("curl")?.defaultOutput, "bin");
    const text = await readFile(output, "utf8");
    assert.match(text, /"url": "\.\/cache"/);

    await mkdir(join(dir, "sub"));
    const again = join(dir, "sub", "again.json");
    await lockIn(
      dir,
      ...pathOptions().reverse().flatMap(reversedPairs),
      "--nixpkgs",
      SOURCE.storePath,
      "--output",
      again,
    );
    assert.equal((await readFile(again, "utf8")).replace("../cache", "./cache"), text);
  });
});

/** After `reverse`, values come before their option. */
const reversedPairs = (value: string): string[] => (value === "--path" ? [] : ["--path", value]);

test("keeps all systems that are named, each with its own paths", async () => {
  await withTempDir(async (dir) => {
    await writeNarInfos(join(dir, "cache"), cachePaths());
    const output = await lockIn(
      dir,
      ...["--system", "aarch64-linux", ...pathOptions(), "--nixpkgs", SOURCE.storePath],
      ...["--system", "x86_64-linux", ...pathOptions()],
    );
    const { systems } = (await readLock(output)).lock;
    assert.equal(systems.get("aarch64-linux")?.nixpkgs, SOURCE.storePath);
    assert.equal(systems.get("x86_64-linux")?.nixpkgs, undefined);
  });
});

test("lists every required package that is not given", async () => {
  const error = await failure(lockCommand(["--path", `curl.bin=${CURL}`]));
  assert.equal(error.code, "MISSING_ATTRIBUTES");
  for (const attribute of PATHS.keys()) assert.ok(error.message.includes(attribute), attribute);
  assert.doesNotMatch(error.message, /curl/);
});

test("lists every path that no cache has with a trusted signature, and the answer of each cache", async () => {
  await withTempDir(async (dir) => {
    const paths = cachePaths().filter((path) => path.storePath !== GLIBC);
    const stranger = testKey("stranger-1", 9);
    const foreign = paths.map((path) => (path.storePath === CURL ? signed(path, stranger) : path));
    await writeNarInfos(join(dir, "cache"), foreign);
    const error = await failure(lockIn(dir, ...pathOptions(), "--cache", join(dir, "empty")));
    assert.equal(error.code, "PATHS_NOT_IN_CACHES");
    assert.match(error.message, /glibc-2\.40\n.*\/cache\/?: does not have it\n.*\/empty/);
    assert.match(error.message, /curl-8\.9\.1-bin\n.*signed only by stranger-1; trusted: test-1/);
    assert.match(error.hint ?? "", /nix copy --to/);
  });
});

test("says once that no cache answers, not once for each path", async () => {
  await withTempDir(async (dir) => {
    const error = await failure(lockIn(dir, ...pathOptions()));
    assert.equal(error.code, "CACHE_UNREADABLE");
    assert.equal(error.message.split("cannot be read").length, 2);
  });
});

test("takes a path from the next cache if the first one's is not trusted", async () => {
  await withTempDir(async (dir) => {
    const lie = (path: LockedPath): LockedPath => ({
      ...path,
      narSize: path.narSize + 8,
      ca: undefined,
    });
    await writeNarInfos(join(dir, "liar"), cachePaths().map(lie));
    await writeNarInfos(join(dir, "cache"), cachePaths());
    const output = join(dir, "lock.json");
    await lockCommand([
      ...["--cache", join(dir, "liar"), "--cache", join(dir, "cache")],
      ...["--trusted-public-key", KEY.publicKey, "--output", output, ...pathOptions()],
    ]);
    const [system] = (await readLock(output)).lock.systems.values();
    assert.equal(system?.paths.get(CURL)?.narSize, 2000);
  });
});

for (const [what, argv, message] of [
  ["an unknown option", ["--pth", "x"], /--pth/],
  ["no packages", [], /with --channel NAME, --path ATTR=.*, --nix FILE or --flake/],
  ["a path without attribute", ["--path", CURL], /--path .*: expected ATTR=/],
  ["a path outside the store", ["--path", "curl=/usr/bin/curl"], /--path curl: not a store path/],
  ["a key without a cache", ["--trusted-public-key", KEY.publicKey], /must follow the --cache/],
  [
    "a bad key",
    ["--cache", "x", "--trusted-public-key", "k:x"],
    /--trusted-public-key: not a public key/,
  ],
  [
    "--package with paths only",
    ["--package", "jq", "--path", `jq=${CURL}`],
    /--package needs --ch/,
  ],
  ["two sources", ["--nix", "x.nix", "--channel", "nixos-unstable"], /exclude each other/],
  ["a channel that is no name", ["--channel", "nixos unstable"], /--channel: expected the name/],
  ["--lix without a channel", ["--nix", "x.nix", "--lix", "lix"], /--lix needs --channel/],
  [
    "a release of Lix that is none",
    ["--channel", "x", "--lix", "release:x"],
    /--lix: expected a rel/,
  ],
  ["--nixpkgs git without a channel", ["--nix", "x", "--nixpkgs", "git"], /git needs --channel/],
  ["attributes without --update", ["--channel", "x", "jq"], /jq: only --update takes attributes/],
  [
    "half of the options with --update",
    ["--update", "--package", "jq"],
    /--package needs --channel/,
  ],
  [
    "--export without a key",
    ["--nix", "x.nix", "--export", "c"],
    /--secret-key-file FILE need each/,
  ],
  [
    "a priority that is no number",
    ["--path", `jq=${CURL}`, "--priority", "jq=x"],
    /--priority jq=x/,
  ],
  ["a cache of an unknown kind", ["--cache", "ftp://x"], /--cache: expected http/],
] as const) {
  test(`${what} is wrong usage`, async () => {
    const error = await failure(lockCommand([...argv]));
    assert.equal(error.code, "USAGE");
    assert.match(error.message, message);
  });
}

test("a password in a cache's URL is refused and not shown", async () => {
  const error = await failure(lockCommand(["--cache", "https://me:hunter2@example.org"]));
  assert.match(error.message, /credentials do not belong in a lock/);
  assert.doesNotMatch(error.message, /hunter2/);
});

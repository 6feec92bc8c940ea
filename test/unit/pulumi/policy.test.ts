/** What `allowedSigners` and `allowedLicenses` refuse at preview. @module */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { recursivePath } from "../../../provider/formats/nix/content-address.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { sign } from "../../../provider/formats/nix/signature.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { readLock } from "../../../provider/lock/read-lock.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { withWorkshop } from "../../support/workshop.ts";
import type { World } from "../../support/world.ts";
import { testKey } from "../lock/sample.ts";

const SYSTEM = "x86_64-linux";
type Json = ReturnType<typeof JSON.parse>;

interface Policed {
  readonly world: World;
  /** What a preview has against these arguments; empty where it succeeds. */
  said(args: object): Promise<string>;
  /** Changes the lock's system, and all of the lock. */
  edit(change: (system: Json, lock: Json) => void): Promise<void>;
}

const withPolicy = (use: (policed: Policed) => Promise<void>): Promise<void> =>
  withWorkshop({}, async ({ folder, world, registry }) => {
    let runs = 0;
    await use({
      world,
      async said(args) {
        runs += 1;
        const news = { lock: world.lockFile, registry: `${registry.host}/acme`, __dryRun: true };
        const session = new ResourceSession(join(folder, `cache-${runs}`));
        const { failures } = await check(session, {}, { ...news, ...args });
        return failures.map(({ reason }) => reason).join("\n");
      },
      async edit(change) {
        const lock = JSON.parse(await readFile(world.lockFile, "utf8"));
        change(lock.systems[SYSTEM], lock);
        await writeFile(world.lockFile, JSON.stringify(lock));
      },
    });
  });

/** Every package under one license, but for those that are given. */
const license =
  (usual: string, others: Readonly<Record<string, string | undefined>> = {}) =>
  (system: Json, lock: Json): void => {
    lock.version = 2;
    for (const [name, locked] of Object.entries<Json>(system.packages))
      locked.license = name in others ? others[name] : usual;
  };

test("a preview names each package whose license is not allowed", () =>
  withPolicy(async ({ said, edit }) => {
    await edit(
      license("MIT", { curl: "curl", less: "GPL-3.0-only OR Zlib", tree: "GPL-2.0-only" }),
    );
    assert.equal(await said({ allowedLicenses: ["mit", "curl", "Zlib"] }), "");
    const refused = await said({ allowedLicenses: ["MIT", "GPL-2.0-only"] });
    assert.match(refused, /allowedLicenses: x86_64-linux: 2 packages are not allowed/);
    assert.match(refused, /^ +- curl: curl\n +- less: GPL-3\.0-only OR Zlib/m);
    assert.match(refused, /\[LICENSE_NOT_ALLOWED\]/);
    // A package that the lock has is judged only where the image has it.
    const allowedLicenses = ["MIT", "curl", "Zlib"];
    assert.match(await said({ allowedLicenses, extraPkgs: ["tree"] }), /tree: GPL-2\.0-only/);
  }));

test("a package without a license fails a preview, and so does a lock of format 1", () =>
  withPolicy(async ({ said, edit }) => {
    const old = await said({ allowedLicenses: ["MIT"] });
    assert.match(old, /has no license for x86_64-linux: \d+ packages without a license/);
    assert.match(old, /`lix-image lock --update` adds the licenses/);
    assert.match(old, /\[LICENSE_NOT_LOCKED\]/);
    await edit(license("MIT", { less: undefined }));
    assert.match(await said({ allowedLicenses: ["MIT"] }), /has no license for x86_64-linux: less/);
  }));

test("what is unknown at a preview forbids nothing, and hides no violation", () =>
  withPolicy(async ({ said, edit }) => {
    await edit(license("MIT", { less: "Zlib" }));
    for (const allowedLicenses of [UNKNOWN, ["MIT", UNKNOWN]])
      assert.equal(await said({ allowedLicenses }), "");
    for (const allowedSigners of [UNKNOWN, [UNKNOWN]])
      assert.equal(await said({ allowedSigners }), "");
    for (const unknown of [
      { config: { env: { TOKEN: UNKNOWN } } },
      { extraPkgs: ["curl", UNKNOWN] },
      { tag: UNKNOWN },
      { nixConf: UNKNOWN },
    ])
      assert.match(await said({ ...unknown, allowedLicenses: ["MIT"] }), /less: Zlib/);
  }));

test("a key is allowed by its name or in full", () =>
  withPolicy(async ({ world, said }) => {
    const { publicKey } = world.key;
    const name = publicKey.split(":", 1)[0] ?? "";
    assert.equal(await said({ allowedSigners: [name] }), "");
    assert.equal(await said({ allowedSigners: [publicKey, "another-1"] }), "");
    const refused = await said({ allowedSigners: ["another-1"] });
    assert.match(refused, /allowedSigners: x86_64-linux: \d+ store paths are not allowed/);
    assert.match(refused, new RegExp(`- /nix/store/\\S+: signed by ${name}$`, "m"));
    assert.match(refused, /\[SIGNER_NOT_ALLOWED\]/);
    // A stranger's key under the same name.
    const stranger = testKey(name, 9).publicKey;
    assert.match(await said({ allowedSigners: [stranger] }), /SIGNER_NOT_ALLOWED/);
  }));

test("a key that only the lock trusts is not allowed, also for a path that a file brings", () =>
  withPolicy(async ({ world, said, edit }) => {
    const other = testKey("other-1", 5);
    const { lock } = await readLock(world.lockFile);
    const tree = world.path("tree");
    const info = lock.systems.get(SYSTEM)?.paths.get(tree) ?? assert.fail();
    await edit((system, { caches }) => {
      caches[0].trustedPublicKeys.push(other.publicKey);
      system.paths[StorePath.baseName(tree)].signatures = [sign(info, other.secretKey)];
    });
    const allowedSigners = [world.key.publicKey];
    assert.equal(await said({ allowedSigners }), "");
    assert.equal(await said({ extraPkgs: ["tree"] }), "");
    assert.match(
      await said({ allowedSigners, extraPkgs: ["tree"] }),
      new RegExp(`allowedSigners: x86_64-linux: ${tree}: signed by other-1`),
    );
    const files = { "/opt/tree": { target: `${tree}/bin/tree` } };
    assert.match(await said({ allowedSigners, files }), new RegExp(`${tree}: signed by other-1`));
  }));

test("of content-addressed paths, the nixpkgs source needs no signature and a package does", () =>
  withPolicy(async ({ world, said, edit }) => {
    const narHash = NarHash.of(Buffer.from("something else"));
    const { storePath, ca } = recursivePath("tree-2.1.1", narHash, []);
    await edit((system) => {
      system.paths[StorePath.baseName(system.nixpkgs)].signatures = [];
      system.paths[StorePath.baseName(storePath)] = {
        ...{ narHash, narSize: 8, references: [], signatures: [], ca },
      };
      system.packages.tree.outputs.out = storePath;
    });
    const allowedSigners = [world.key.publicKey];
    assert.equal(await said({ allowedSigners }), "");
    assert.match(
      await said({ allowedSigners, extraPkgs: ["tree"] }),
      new RegExp(`${storePath}: not signed, only content-addressed`),
    );
  }));

for (const [args, says] of [
  [{ allowedLicenses: [] }, /allowedLicenses: expected a list of at least one license/],
  [
    { allowedLicenses: ["MIT OR ISC"] },
    /allowedLicenses\[0\]: expected the SPDX identifier of one/,
  ],
  [{ allowedLicenses: ["MIT", "\u001b[2J"] }, /allowedLicenses\[1\]: expected the SPDX/],
  [{ allowedLicenses: "MIT" }, /allowedLicenses: expected a list/],
  [{ allowedSigners: [] }, /allowedSigners: expected a list of at least one key/],
  [{ allowedSigners: ["a b"] }, /allowedSigners\[0\]: expected a public key/],
  [
    { allowedSigners: [testKey("secret-1", 3).secretKey] },
    /allowedSigners\[0\]: expected a public key/,
  ],
] as const)
  test(`refuses ${JSON.stringify(args).slice(0, 40)}, and repeats no secret key`, () =>
    withPolicy(async ({ said }) => {
      const reason = await said(args);
      assert.match(reason, says);
      assert.ok(!reason.includes(testKey("secret-1", 3).secretKey.slice(9)), reason);
    }));

/** `lix-image lock --channel` against servers in the recorded shapes. @module */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { brotliDecompressSync, gzipSync } from "node:zlib";
import { readLock } from "../../../provider/lock/read-lock.ts";
import { decompress } from "../../../provider/compression/decompress.ts";
import { narOfTarball } from "../../../provider/substituter/tarball.ts";
import { Bytes } from "../../../provider/base/bytes.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { withLocking } from "../../support/locking.ts";

const golden = join(import.meta.dirname, "../../golden/lock/channel.lock.json");

test("a channel becomes a lock for two systems, byte for byte the golden", async (t) => {
  await withLocking(
    async ({ server, lock, options, lockFile, world }) => {
      const packages = ["jq", "curl.dev", "bind.dnsutils"].flatMap((one) => ["--package", one]);
      const systems = ["--system", "aarch64-linux", "--system", "x86_64-linux"];
      assert.equal((await lock(...options, ...packages, ...systems)).code, 0);
      const text = await readFile(lockFile, "utf8");
      t.assert.fileSnapshot(text.replaceAll(server.url, "http://fixture"), golden, {
        serializers: [(value: string) => value],
      });

      const { lock: made } = await readLock(lockFile);
      const system = made.systems.get("aarch64-linux");
      for (const [attribute, expected] of world.lock.systems.get("aarch64-linux")?.packages ?? [])
        if (system?.packages.has(attribute))
          assert.deepEqual(system.packages.get(attribute), expected, attribute);
      const dev = system?.packages.get("curl.dev");
      assert.deepEqual([dev?.defaultOutput, dev?.outputSpecified], ["dev", true]);
      assert.equal(system?.packages.get("nix")?.name, "lix-2.91.1");
      assert.equal(system?.packages.get("man")?.name, "man-db-2.13.0");
      const source = system?.paths.get(system.nixpkgs ?? assert.fail("no nixpkgs"));
      const tarball = server.replies.get(`${server.paths.release}/nixexprs.tar.xz`)?.body;
      assert.ok(source && tarball);
      const nar = await Bytes.collect(narOfTarball(Bytes.of(Buffer.from(tarball)), { label: "x" }));
      assert.equal(source.narHash, NarHash.of(nar));

      for (const { userAgent } of server.log.filter(({ path }) => /^\/(eval|build)/.test(path)))
        assert.match(userAgent, /^pulumi-lix \(\+https:\/\/\S+\)$/);
    },
    { systems: ["x86_64-linux", "aarch64-linux"] },
  );
});

test("answers of Hydra and the tarball are not requested again", async () => {
  await withLocking(async ({ server, lock, options, lockFile }) => {
    await lock(...options);
    const first = await readFile(lockFile, "utf8");
    const asked = server.log.length;
    await lock(...options);
    assert.equal(await readFile(lockFile, "utf8"), first);
    const again = server.log.slice(asked).map(({ path }) => path);
    assert.deepEqual(
      again.filter((path) => /^\/(eval|build)|nixexprs/.test(path)),
      [],
    );
  });
});

test("jobs of the project nixos have a prefix", async () => {
  await withLocking(
    async ({ server, lock, options }) => {
      assert.equal((await lock(...options)).code, 0);
      const jobs = server.log.filter(({ path }) => path.includes("/job/"));
      assert.ok(jobs.every(({ path }) => /\/job\/nixpkgs\.[A-Za-z]/.test(path)));
    },
    { release: "nixos/unstable/nixos-26.11pre1.0123456789ab" },
  );
});

test("a mirror of unknown layout is asked in both ways, once", async () => {
  await withLocking(
    async ({ server, lock, options }) => {
      const jobs = [...server.replies].filter(([path]) => path.includes("/job/"));
      for (const [path, reply] of jobs) {
        server.replies.delete(path);
        server.replies.set(path.replace("/job/", "/job/nixpkgs."), reply);
      }
      assert.equal((await lock(...options)).code, 0);
      const missed = server.log.filter(({ path }) => /\/job\/(?!nixpkgs\.)/.test(path));
      assert.equal(missed.length, 1);
    },
    { release: "mirror/nixpkgs-26.11pre1.0123456789ab" },
  );
});

test("a server need not list its folders, and a release can be named directly", async () => {
  await withLocking(async ({ server, lock, options, lockFile }) => {
    server.replies.set(server.paths.release, { status: 403 });
    await lock(...options);
    const text = await readFile(lockFile, "utf8");
    const release = ["--channel", `${server.url}${server.paths.release}`];
    await lock(...release, ...options.slice(2));
    assert.equal(await readFile(lockFile, "utf8"), text);
  });
});

test("packages.json may come decoded, and with outputs as an object", async () => {
  await withLocking(async ({ server, lock, options, lockFile }) => {
    await lock(...options);
    const expected = await readFile(lockFile, "utf8");
    const path = `${server.paths.release}/packages.json.br`;
    const body = server.replies.get(path)?.body ?? assert.fail("no packages.json");
    const json = JSON.parse(brotliDecompressSync(body).toString());
    for (const entry of Object.values<{ outputs: unknown }>(json.packages))
      if (Array.isArray(entry.outputs) && entry.outputs.length === 1) entry.outputs = { out: null };
    server.replies.set(path, {
      headers: { "content-type": "application/json", "content-encoding": "br" },
      body: JSON.stringify(json),
    });
    await lock(...options);
    assert.equal(await readFile(lockFile, "utf8"), expected);
  });
});

test("nixpkgs can be left out, be a tarball elsewhere, or a path of a cache", async () => {
  await withLocking(async ({ server, lock, options, lockFile, world }) => {
    await lock(...options, "--no-nixpkgs");
    const first = await readLock(lockFile);
    assert.equal(first.lock.systems.get("x86_64-linux")?.nixpkgs, undefined);

    const xz = server.replies.get(`${server.paths.release}/nixexprs.tar.xz`)?.body;
    const tar = await Bytes.collect(decompress(Bytes.of(Buffer.from(xz ?? "")), "xz"));
    server.replies.set("/archive/0123.tar.gz", { body: gzipSync(tar) });
    const url = `${server.url}/archive/0123.tar.gz`;
    await lock(...options, "--nixpkgs", url);
    const system = (await readLock(lockFile)).lock.systems.get("x86_64-linux");
    assert.equal(system?.paths.get(system.nixpkgs ?? assert.fail())?.fetch?.tarball, url);

    const path = world.path("tree");
    await lock(...options, "--nixpkgs", path);
    const third = await readLock(lockFile);
    assert.equal(third.lock.systems.get("x86_64-linux")?.nixpkgs, path);
  });
});

test("another Lix of the evaluation, and packages by path, take precedence over the channel's", async () => {
  await withLocking(async ({ lock, options, lockFile, world }) => {
    await lock(...options, "--lix", "tree", "--path", `jq.bin=${world.path("jq")}`);
    const system = (await readLock(lockFile)).lock.systems.get("x86_64-linux");
    assert.equal(system?.packages.get("nix")?.name, "tree-2.1.1");
    assert.equal(system?.packages.get("jq")?.defaultOutput, "bin");
  });
});

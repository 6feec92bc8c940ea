/** `lix-image lock --nix` with a real evaluator and a cache that real Nix wrote. @module */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { LixImageError } from "../../provider/base/errors.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { lockCommand } from "../../provider/cli/lock.ts";
import { REQUIRED_ATTRIBUTES } from "../../provider/lock/attributes.ts";
import { readLock } from "../../provider/lock/read.ts";
import { packagesFromFlake, packagesFromNix } from "../../provider/lock/resolve-nix.ts";
import { parseDrvName } from "../../provider/lock/package-name.ts";
import { verifyLock } from "../../provider/lock/verify.ts";
import { StorePath } from "../../provider/nix/store-path.ts";
import { needs } from "../support/peers.ts";

const run = promisify(execFile);
const skip = needs("nix-store");

/**
 * Packages whose contents need no build: sources and text files. `curl` has four outputs and says what
 * to install, `less` refers to `which`, `n.m` is nested, `bad` throws.
 */
const PACKAGES = `
{ system ? "riscv64-linux", broken ? false }:
let
  source = name: builtins.path { path = ./tree; inherit name; };
  package = name: { type = "derivation"; inherit name system; outPath = source name; };
  outputs = [ "bin" "dev" "out" "man" ];
  curl = builtins.listToAttrs (map (output: {
    name = output;
    value = curl // {
      outputName = output;
      outputSpecified = true;
      outPath = source "curl-8.9.1\${if output == "out" then "" else "-\${output}"}";
    };
  }) outputs) // {
    type = "derivation";
    name = "curl-8.9.1";
    version = "8.9.1";
    inherit system;
    inherit outputs;
    outputName = "bin";
    outPath = source "curl-8.9.1-bin";
    meta = { outputsToInstall = [ "bin" "man" ]; priority = 7; };
  };
  names = builtins.fromJSON (builtins.readFile ./names.json);
in
builtins.listToAttrs (map (name: { inherit name; value = package "\${name}-1.0"; }) names) // {
  inherit curl;
  less = package "less-590" // { outPath = builtins.toFile "less-590" "uses \${source "which-1.0"}"; };
  n.m = package "nm-2-x";
  "a.b" = package "ab-3";
  bad = throw "not free";
  path = ./tree;
}
`;

interface NixWorld {
  readonly dir: string;
  readonly file: string;
  readonly publicKey: string;
  readonly cache: string;
}

/** A store of its own below a folder, so that the machine's is left alone; and a cache signed from it. */
async function withNixWorld(use: (world: NixWorld) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const before = process.env["NIX_REMOTE"];
    process.env["NIX_REMOTE"] = join(dir, "root");
    try {
      const file = join(dir, "packages.nix");
      await writeFile(file, PACKAGES);
      await writeFile(join(dir, "names.json"), JSON.stringify(REQUIRED_ATTRIBUTES));
      await mkdir(join(dir, "tree"));
      await writeFile(join(dir, "tree", "file"), "contents\n");
      await run("nix-store", [
        "--generate-binary-cache-key",
        "test-1",
        join(dir, "secret"),
        join(dir, "public"),
      ]);
      const publicKey = (await readFile(join(dir, "public"), "utf8")).trim();
      await use({ dir, file, publicKey, cache: join(dir, "cache") });
    } finally {
      if (before === undefined) delete process.env["NIX_REMOTE"];
      else process.env["NIX_REMOTE"] = before;
    }
  });
}

/** Evaluated once more, this time with a store that is written to, then copied. */
async function push(world: NixWorld): Promise<void> {
  const expression = `
    let pkgs = import ${world.file} { system = "x86_64-linux"; };
        names = builtins.fromJSON (builtins.readFile ${join(world.dir, "names.json")});
    in map (p: "\${p}") ([ pkgs.path pkgs.n.m pkgs."a.b" pkgs.curl.dev pkgs.curl.out pkgs.curl.man ] ++ map (n: pkgs.\${n}) names)`;
  const { stdout } = await run("nix-instantiate", [
    ...["--eval", "--strict", "--json", "--read-write-mode", "--expr", expression],
  ]);
  const paths: string[] = JSON.parse(stdout);
  await run("nix", [
    ...["--extra-experimental-features", "nix-command", "copy", ...paths],
    ...["--to", `file://${world.cache}?secret-key=${join(world.dir, "secret")}&compression=none`],
  ]);
}

function arguments_(world: NixWorld, output: string): string[] {
  return [
    ...["--nix", world.file, "--package", "n.m", "--package", "a.b", "--package", "curl.dev"],
    ...["--cache", world.cache, "--trusted-public-key", world.publicKey],
    ...["--output", join(world.dir, output)],
  ];
}

test("one evaluation and a cache by Nix become a lock", { skip }, async () => {
  await withNixWorld(async (world) => {
    await push(world);
    assert.equal(await lockCommand(arguments_(world, "lock.json")), 0);
    const { lock } = await readLock(join(world.dir, "lock.json"));
    await verifyLock(lock);
    const system = lock.systems.get("x86_64-linux");
    assert.ok(system);
    assert.match(system.nixpkgs ?? "", /^\/nix\/store\/.{32}-tree$/);

    const curl = system.packages.get("curl");
    assert.equal(curl?.name, "curl-8.9.1");
    assert.deepEqual([...(curl?.outputs.keys() ?? [])], ["bin", "dev", "out", "man"]);
    assert.equal(curl?.defaultOutput, "bin");
    assert.deepEqual(curl?.outputsToInstall, ["bin", "man"]);
    assert.equal(curl?.priority, 7);
    const dev = system.packages.get("curl.dev");
    assert.equal(dev?.defaultOutput, "dev");
    assert.deepEqual(dev?.outputsToInstall, ["dev"]);
    assert.equal(dev?.outputSpecified, true);
    assert.equal(system.packages.get("n.m")?.version, "2-x");
    assert.equal(system.packages.get("a.b")?.name, "ab-3");

    const less = system.packages.get("less")?.outputs.get("out");
    const which = system.packages.get("which")?.outputs.get("out");
    assert.ok(less && which);
    assert.deepEqual(system.paths.get(less)?.references, [which]);
    // What Nix itself says of every path, the same as the lock.
    const { stdout } = await run("nix", [
      ...["--extra-experimental-features", "nix-command", "path-info", "--json"],
      ...system.paths.keys(),
    ]);
    for (const said of JSON.parse(stdout)) {
      const locked = system.paths.get(said.path);
      assert.deepEqual(
        { narHash: locked?.narHash, narSize: locked?.narSize, ca: locked?.ca },
        { narHash: said.narHash, narSize: said.narSize, ca: said.ca },
      );
      assert.equal(locked?.signatures.length, 1);
    }

    await lockCommand(arguments_(world, "again.json"));
    const [first, second] = await Promise.all(
      ["lock.json", "again.json"].map((name) => readFile(join(world.dir, name), "utf8")),
    );
    assert.equal(first, second);
  });
});

test(
  "a package that no cache has is named, with the cache and the way to push it",
  { skip },
  async () => {
    await withNixWorld(async (world) => {
      await push(world);
      const request = { file: world.file, attributes: ["wget"], withNixpkgs: false };
      const { packages } = await packagesFromNix({ ...request, system: "x86_64-linux" });
      const wget = packages.get("wget")?.outputs.get("out") ?? assert.fail("no wget");
      await rm(join(world.cache, `${StorePath.hashPart(wget)}.narinfo`));
      await assert.rejects(lockCommand(arguments_(world, "lock.json")), (error: LixImageError) => {
        assert.equal(error.code, "PATHS_NOT_IN_CACHES");
        assert.match(error.message, /wget-1\.0\n.*cache\/?: does not have it$/);
        assert.doesNotMatch(error.message, /less/);
        assert.match(error.hint ?? "", /nix copy --to/);
        return true;
      });
    });
  },
);

test("attributes that cannot be had are reported together", { skip }, async () => {
  await withNixWorld(async ({ file }) => {
    const request = { file, attributes: ["bad", "nope", "curl.lib", "gzip"], withNixpkgs: false };
    await assert.rejects(
      packagesFromNix({ ...request, system: "x86_64-linux" }),
      (error: LixImageError) => {
        assert.match(error.message, /bad: does not evaluate/);
        assert.match(error.message, /nope: there is no such attribute/);
        assert.match(error.message, /curl\.lib: there is no such attribute/);
        assert.doesNotMatch(error.message, /gzip/);
        return true;
      },
    );
    await writeFile(join(file, "../fixed.nix"), "import ./packages.nix { }");
    const fixed = { ...request, file: join(file, "../fixed.nix"), attributes: ["gzip"] };
    await assert.rejects(packagesFromNix({ ...fixed, system: "x86_64-linux" }), {
      message: /gzip: is for riscv64-linux; expected x86_64-linux/,
    });
    await writeFile(join(file, "../wrong.nix"), "{ gzip = ;");
    await assert.rejects(
      packagesFromNix({ ...fixed, file: join(file, "../wrong.nix"), system: "x86_64-linux" }),
      { code: "NIX_EVALUATION_FAILED", message: /syntax error/ },
    );
  });
});

test("names are split as Nix splits them", { skip }, async () => {
  const names = [
    "curl-8.9.1",
    "a--b",
    "trailing-",
    "openssh-9.2p1-with-x",
    "hello",
    "x-1-a-2",
    "-1",
  ];
  const expression = `map builtins.parseDrvName (builtins.fromJSON ''${JSON.stringify(names)}'')`;
  const { stdout } = await run("nix-instantiate", [
    "--eval",
    "--strict",
    "--json",
    "--store",
    "dummy://",
    "--expr",
    expression,
  ]);
  assert.deepEqual(
    names.map((name) => ({ ...parseDrvName(name), version: parseDrvName(name).version ?? "" })),
    JSON.parse(stdout),
  );
});

const FLAKE = `{
  outputs = _: {
    legacyPackages = builtins.listToAttrs (map
      (system: { name = system; value = import ./packages.nix { inherit system; }; })
      [ "x86_64-linux" "aarch64-linux" ]);
  };
}
`;

test("a flake gives what its file gives, for each system", { skip }, async () => {
  await withNixWorld(async (world) => {
    await writeFile(join(world.dir, "flake.nix"), FLAKE);
    const question = { attributes: ["curl", "curl.dev", "n.m", "a.b"], withNixpkgs: true };
    for (const system of ["x86_64-linux", "aarch64-linux"]) {
      const file = { ...question, system, file: world.file };
      const flake = { ...question, system, reference: `path:${world.dir}` };
      const [fromFile, fromFlake] = [await packagesFromNix(file), await packagesFromFlake(flake)];
      assert.deepEqual(fromFlake, fromFile);
      const named = { ...flake, reference: `path:${world.dir}#legacyPackages.${system}` };
      assert.deepEqual(await packagesFromFlake(named), fromFile);
    }
    const wrong = { ...question, system: "x86_64-linux", reference: `path:${world.dir}#nothing` };
    await assert.rejects(packagesFromFlake(wrong), {
      code: "NIX_EVALUATION_FAILED",
      message: /#nothing: does not evaluate/,
    });
  });
});

test("what no cache has is exported from the store, and real Nix takes it", { skip }, async () => {
  await withNixWorld(async (world) => {
    await push(world);
    // Half of it is in a cache; the rest only this store has.
    const request = { file: world.file, attributes: ["wget", "curl"], withNixpkgs: false };
    const { packages } = await packagesFromNix({ ...request, system: "x86_64-linux" });
    const missing = ["wget", "curl"].map(
      (name) => packages.get(name)?.outputs.values().next().value ?? assert.fail(name),
    );
    for (const path of missing) await rm(join(world.cache, `${StorePath.hashPart(path)}.narinfo`));
    const store = `local?root=${join(world.dir, "root")}`;
    const key = join(world.dir, "secret");
    const export_ = ["--export", join(world.dir, "own"), "--secret-key-file", key];
    const argv = [...arguments_(world, "lock.json"), ...export_, "--store", store];
    assert.equal(await lockCommand(argv), 0);

    const { lock } = await readLock(join(world.dir, "lock.json"));
    await verifyLock(lock);
    assert.equal(lock.caches.length, 2);
    const names = await readdir(join(world.dir, "own"));
    assert.deepEqual(
      names.filter((name) => name.endsWith(".narinfo")).sort(),
      missing.map((path) => `${StorePath.hashPart(path)}.narinfo`).sort(),
    );
    const nars = await readdir(join(world.dir, "own/nar"));
    // Both have the same contents.
    assert.match(nars.join(" "), /^[0-9a-z]{52}\.nar\.zst$/);

    // By its signature: the trees are content-addressed for nobody who does not say so.
    process.env["NIX_REMOTE"] = join(world.dir, "other");
    await run("nix", [
      ...["--extra-experimental-features", "nix-command", "copy", ...missing],
      ...["--from", `file://${join(world.dir, "own")}`],
      ...["--option", "trusted-public-keys", world.publicKey],
    ]);
    await run("nix", [
      "--extra-experimental-features",
      "nix-command",
      "store",
      "verify",
      ...missing,
    ]);

    // The second time the folder has it.
    process.env["NIX_REMOTE"] = join(world.dir, "root");
    assert.equal(await lockCommand([...argv, "--check"]), 0);
    assert.deepEqual(await readdir(join(world.dir, "own/nar")), nars);
  });
});

/** `lix-image lock --flake` and `--export` with a real Nix. @module */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { lockCommand } from "../support/lock-command.ts";
import { readLock } from "../../provider/lock/read-lock.ts";
import { packagesFromFlake, packagesFromNix } from "../../provider/resolve/resolve-nix.ts";
import { verifyLock } from "../../provider/lock/verify-lock.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { runCli } from "../support/cli.ts";
import { lockArguments, push, withNixWorld } from "../support/nix-world.ts";
import { needs } from "../support/peers.ts";

const run = promisify(execFile);
const skip = needs("nix-store");

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

test(
  "paths that no cache has are exported from the store, and real Nix accepts them",
  { skip },
  async () => {
    await withNixWorld(async (world) => {
      await push(world);
      // Half of it is in a cache; the rest only this store has.
      const request = { file: world.file, attributes: ["wget", "curl"], withNixpkgs: false };
      const { packages } = await packagesFromNix({ ...request, system: "x86_64-linux" });
      const missing = ["wget", "curl"].map(
        (name) => packages.get(name)?.outputs.values().next().value ?? assert.fail(name),
      );
      for (const path of missing)
        await rm(join(world.cache, `${StorePath.hashPart(path)}.narinfo`));
      const store = `local?root=${join(world.dir, "root")}`;
      const key = join(world.dir, "secret");
      const export_ = ["--export", join(world.dir, "own"), "--secret-key-file", key];
      const argv = [...lockArguments(world, "lock.json"), ...export_, "--store", store];
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

      // By its signature: only an explicit `ca` makes a tree content-addressed.
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
  },
);

test(
  "Nix's own store and a cache that it wrote make one lock and one image",
  { skip },
  async () => {
    await withNixWorld(async (world) => {
      const { dir } = world;
      await push(world);
      const nix = ["--extra-experimental-features", "nix-command"];
      await run("nix", [...nix, "store", "sign", "--all", "--key-file", join(dir, "secret")]);
      const store = ["--cache", `local?root=${join(dir, "root")}`];
      const key = ["--trusted-public-key", world.publicKey];
      // The less of this world is a file, which no profile can take.
      const which = { file: world.file, system: "x86_64-linux", attributes: ["which"] };
      const { packages } = await packagesFromNix({ ...which, withNixpkgs: false });
      const less = ["--path", `less=${packages.get("which")?.outputs.get("out")}`];
      await lockCommand([...lockArguments(world, "cache.json"), ...less]);
      await lockCommand([
        ...less,
        ...["--nix", world.file, ...store, ...key, "--output", join(dir, "store.json")],
        ...[
          "--package",
          "n.m",
          "--package",
          "a.b",
          "--package",
          "curl.dev",
          "--package",
          "plainDev",
        ],
      ]);
      const texts: string[] = [];
      const digests: string[] = [];
      for (const name of ["cache", "store"]) {
        const { caches: _, ...lock } = JSON.parse(
          await readFile(join(dir, `${name}.json`), "utf8"),
        );
        // A store has no compressed sizes.
        texts.push(JSON.stringify(lock).replaceAll(/,"downloadSize":\d+/g, ""));
        await writeFile(join(dir, "args.json"), JSON.stringify({ lock: `./${name}.json` }));
        const { code, stdout, stderr } = await runCli(
          ["build", "args.json", "--oci", `${name}-image`, "--json"],
          { cache: join(dir, `${name}-layers`), directory: dir },
        );
        assert.equal(code, 0, stderr);
        digests.push(JSON.parse(stdout).digest);
      }
      assert.equal(texts[0], texts[1]);
      assert.equal(digests[0], digests[1]);
    });
  },
);

/** The store of a whole image, as an installed Nix sees it. @module */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { lixImageBuild } from "../support/lix-image.ts";
import { needs } from "../support/peers.ts";
import { makeWorld } from "../support/world.ts";

test(
  "real Nix finds the image's store whole and alive, and asks no signature of what we made",
  { skip: needs("nix-store", "umoci") },
  async () => {
    await withTempDir(async (folder) => {
      const world = await makeWorld(folder);
      const registry = join(folder, "registry");
      await mkdir(registry);
      await writeFile(join(registry, "flake-registry.json"), "{}");
      const layout = join(folder, "image");
      const built = await lixImageBuild(
        {
          lock: world.lockFile,
          extraPkgs: ["propagator", "oddnames", "curl.dev", "which"],
          flakeRegistry: registry,
          maxLayers: 20,
        },
        { cache: join(folder, "layers"), layout },
      );
      const bundle = join(folder, "bundle");
      const rootless = process.getuid?.() === 0 ? [] : ["--rootless"];
      const unpack = ["unpack", ...rootless, "--image", `${layout}:latest`, bundle];
      await promisify(execFile)("umoci", unpack);

      const nix = nixOver(join(bundle, "rootfs"), folder);
      const shipped = built.layers?.flatMap((layer) => layer.storePaths ?? []).sort() ?? [];
      assert.deepEqual(lines(nix("nix", "path-info", "--all")).sort(), shipped);
      nix("nix-store", "--verify", "--check-contents");
      assert.equal(nix("nix-store", "--gc", "--print-dead"), "");
      nix("nix", "store", "verify", "--all", "--trusted-public-keys", world.key.publicKey);

      const ours = shipped.filter((path) => !world.contents.objects.has(StorePath.parse(path)));
      assert.deepEqual(ours.map((path) => path.slice(44)).sort(), [
        "channel-nixpkgs",
        "manifest.nix",
        "registry",
        "user-environment",
      ]);
      nix("nix", "store", "verify", ...ours, "--trusted-public-keys", "");
    });
  },
);

/** The store of a root directory; it complains of nothing. */
function nixOver(root: string, home: string) {
  const NIX_CONFIG = "experimental-features = nix-command\nbuild-users-group =\n";
  const env = { ...process.env, HOME: home, NIX_CONFIG };
  return (program: string, ...args: readonly string[]): string => {
    const ran = spawnSync(program, [...args, "--store", root], { encoding: "utf8", env });
    assert.equal(ran.status, 0, ran.stderr);
    assert.doesNotMatch(ran.stderr, /error|warning|disappeared|modified|untrusted|skipping/);
    return ran.stdout;
  };
}

const lines = (text: string): string[] => text.trim().split("\n");

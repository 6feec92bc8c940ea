import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { needs } from "../support/peers.ts";
import { makeWorld } from "../support/world.ts";

test(
  "real Nix copies every made-up path out of the cache, signatures and hashes checked",
  { skip: needs("nix-store") },
  async () => {
    await withTempDir(async (folder) => {
      const world = await makeWorld(folder);
      const store = join(folder, "store");
      const paths = [...world.contents.objects.keys()];
      const nix = (program: string, ...args: readonly string[]): string => {
        const ran = spawnSync(program, args, {
          encoding: "utf8",
          env: { ...process.env, HOME: folder, NIX_CONFIG: config(world.key.publicKey) },
        });
        assert.equal(ran.status, 0, ran.stderr);
        return ran.stdout;
      };
      const cache = pathToFileURL(world.cacheFolder).href;
      nix("nix", "copy", "--from", cache, "--to", store, ...paths);
      const valid = nix("nix-store", "--store", store, "-q", "-R", world.path("gitMinimal"));
      assert.match(valid, /-glibc-2\.39\n/);
      nix("nix-store", "--store", store, "--verify", "--check-contents");
    });
  },
);

const config = (publicKey: string): string =>
  `experimental-features = nix-command\ntrusted-public-keys = ${publicKey}\nbuild-users-group =\n`;

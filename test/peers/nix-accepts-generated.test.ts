import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { storeDatabase } from "../../provider/formats/nix/database.ts";
import { writeNar } from "../../provider/formats/nix/nar-writer.ts";
import { channelTree } from "../../provider/formats/rootfs/channel-tree.ts";
import { generateText, generateTree } from "../../provider/formats/rootfs/generated.ts";
import { directory, file } from "../support/listed-store.ts";
import { needs } from "../support/peers.ts";

const source = generateTree("source", directory({ run: file("#!", true), "\xff": file("") }), []);
const manifest = generateText("manifest.nix", "[ ]\n", [source.info.storePath]);
const channel = generateTree("channel-nixpkgs", channelTree(source.info.storePath), [
  manifest.info.storePath,
  source.info.storePath,
]);
const GENERATED = [source, manifest, channel];

test(
  "real Nix opens our store database, and accepts the paths we generate without a signature",
  { skip: needs("nix-store") },
  async () => {
    await withTempDir(async (root) => {
      const env = {
        ...process.env,
        HOME: root,
        NIX_CONFIG: "experimental-features = nix-command\nbuild-users-group =\n",
      };
      mkdirSync(join(root, "nix/store"), { recursive: true });
      mkdirSync(join(root, "nix/var/nix/db"), { recursive: true });
      for (const { info, tree } of GENERATED)
        execFileSync("nix-store", ["--restore", join(root, info.storePath)], {
          input: writeNar(tree),
          env,
        });
      const database = await storeDatabase(GENERATED.map(({ info }) => info));
      writeFileSync(join(root, "nix/var/nix/db/db.sqlite"), database);

      const nix = (program: string, ...args: readonly string[]): string => {
        const ran = spawnSync(program, [...args, "--store", root], { encoding: "utf8", env });
        assert.equal(ran.status, 0, ran.stderr);
        assert.doesNotMatch(ran.stderr, /error|disappeared|modified|untrusted/);
        return ran.stdout;
      };
      nix("nix-store", "--verify", "--check-contents");
      nix("nix", "store", "verify", "--all");
      assert.deepEqual(
        nix("nix-store", "-q", "--references", channel.info.storePath),
        `${source.info.storePath}\n`,
      );
      assert.deepEqual(
        nix("nix-store", "-q", "--referrers", source.info.storePath).trim().split("\n").sort(),
        [channel.info.storePath, manifest.info.storePath].sort(),
      );
    });
  },
);

test(
  "another SQLite reads our store database and finds it sound",
  { skip: needs("sqlite3") },
  async () => {
    await withTempDir(async (folder) => {
      const path = join(folder, "db.sqlite");
      writeFileSync(path, await storeDatabase(GENERATED.map(({ info }) => info)));
      const checks = "pragma integrity_check; pragma foreign_key_check; pragma journal_mode;";
      const printed = execFileSync("sqlite3", [path, checks], { encoding: "utf8" });
      assert.equal(printed, "ok\ndelete\n");
    });
  },
);

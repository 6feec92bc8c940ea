import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Bytes } from "../../provider/base/bytes.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { NarSource } from "../../provider/substituter/chain.ts";
import { openSubstituter } from "../../provider/substituter/open.ts";
import { scratchNix } from "../support/nix.ts";
import { needs } from "../support/peers.ts";
import { openNar } from "../support/read-nar.ts";

test(
  "a store that real Nix made is read like the cache that the same Nix copies from it",
  { skip: needs("nix-store") },
  async () => {
    await withTempDir(async (folder) => {
      const source = join(folder, "source");
      mkdirSync(join(source, "a"), { recursive: true });
      writeFileSync(join(source, "a/run"), "#!/bin/sh\n");
      chmodSync(join(source, "a/run"), 0o755);
      symlinkSync("a/run", join(source, "link"));
      const nix = await scratchNix(folder);
      const plain = await nix.run("nix-store", "--add", source);
      const text = join(folder, "text.nix");
      writeFileSync(text, `builtins.toFile "text" "see \${builtins.storePath ${plain}}"`);
      const referring = JSON.parse(
        await nix.run("nix-instantiate", "--eval", "--read-write-mode", "--json", text),
      ) as string;
      const key = join(folder, "key");
      writeFileSync(key, await nix.run("nix", "key", "generate-secret", "--key-name", "t-1"));
      await nix.run("nix", "store", "sign", "--key-file", key, "--recursive", referring);
      const cache = pathToFileURL(join(folder, "cache")).href;
      await nix.run("nix", "copy", "--to", `${cache}?compression=none`, referring);

      const store = openSubstituter(`local?root=${nix.root}`);
      const copied = openSubstituter(cache);
      for (const path of [plain, referring].map((each) => StorePath.parse(each))) {
        const here = await store.narInfo(path);
        const there = await copied.narInfo(path);
        assert.ok(here !== undefined && there !== undefined);
        const { fileHash: _hash, fileSize: _size, ...info } = there;
        const { url, compression } = there;
        assert.deepEqual({ ...here, url, compression }, { deriver: undefined, ...info });
        assert.equal(here.signatures.length, 1);
        const [fromStore, fromCache] = await Promise.all(
          [store, copied].map((one) => Bytes.collect(openNar(new NarSource([one]), here))),
        );
        assert.deepEqual(fromStore, fromCache);
      }
      assert.deepEqual(readdirSync(join(nix.root, "nix/var/nix/db")).sort(), [
        "big-lock",
        "db.sqlite",
        "reserved",
        "schema",
      ]);
    });
  },
);

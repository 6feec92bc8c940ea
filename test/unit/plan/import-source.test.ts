import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { checkContentAddress } from "../../../provider/formats/nix/content-address.ts";
import { importSource } from "../../../provider/plan/import-source.ts";
import { hasCode } from "../../support/has-code.ts";
import { directory, file, symlink } from "../../support/listed-store.ts";

test("imports a file under its name", () =>
  withTempDir(async (dir) => {
    const path = join(dir, "registry.json");
    writeFileSync(path, "{}", { mode: 0o654 });
    const { generated, linkTarget } = await importSource(path);
    // The group's exec bit does not count.
    assert.deepEqual(generated.tree, file("{}", false));
    assert.match(linkTarget, /^\/nix\/store\/.{32}-registry\.json$/);
    assert.equal(linkTarget, generated.info.storePath);
    assert.deepEqual(generated.info.references, []);
    assert.equal(checkContentAddress(generated.info), "proved");
  }));

test("imports a directory whole, with exec bits, links and names that are not UTF-8", () =>
  withTempDir(async (dir) => {
    const path = join(dir, "registry");
    mkdirSync(join(path, "sub"), { recursive: true });
    writeFileSync(join(path, "flake-registry.json"), "{}");
    writeFileSync(join(path, "run"), "", { mode: 0o700 });
    symlinkSync("../no/where", join(path, "sub", "link"));
    writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff])]), "x");
    const { generated, linkTarget } = await importSource(`${path}/`);
    assert.deepEqual(
      generated.tree,
      directory({
        "flake-registry.json": file("{}"),
        run: file("", true),
        sub: directory({ link: symlink("../no/where") }),
        "\xff": file("x"),
      }),
    );
    assert.equal(linkTarget, `${generated.info.storePath}/flake-registry.json`);
  }));

test("names the absolute path of what it cannot import", () =>
  withTempDir(async (dir) => {
    const at = (name: string): string => join(dir, name);
    mkdirSync(at("empty"));
    mkdirSync(at("pipes"));
    execFileSync("mkfifo", [at("pipes/fifo")]);
    writeFileSync(at("two words"), "");
    symlinkSync("two words", at("link"));
    mkdirSync(at("whiteouts"));
    writeFileSync(at("whiteouts/.wh.bash"), "");
    for (const [path, code, named, hint] of [
      ["missing", "SOURCE_UNUSABLE", "missing", undefined],
      ["empty", "NO_FLAKE_REGISTRY", "empty", /flake-registry\.json/],
      ["pipes", "SOURCE_UNUSABLE", "pipes/fifo", undefined],
      ["two words", "SOURCE_UNUSABLE", "two words", /rename/],
      ["link", "SOURCE_UNUSABLE", "link", /two words/],
      ["whiteouts", "SOURCE_UNUSABLE", "whiteouts/.wh.bash", /remove that file/],
    ] as const)
      await assert.rejects(importSource(at(path)), (thrown) => {
        assert.ok(hasCode(thrown, code));
        assert.ok(thrown.message.includes(at(named)), thrown.message);
        if (hint !== undefined) assert.match(thrown.hint ?? "", hint);
        return true;
      });
  }));

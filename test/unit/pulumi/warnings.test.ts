import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { warningsOf } from "../../support/warnings.ts";
import { BASE_PACKAGES } from "../../support/world/base-packages.ts";
import { COMPAT_PACKAGES } from "../../support/world/compat-packages.ts";
import { withWorkshop } from "../../support/workshop.ts";

test("a preview warns once of a setting that Lix does not know, and the image is made with it", async () => {
  await withWorkshop({}, async ({ folder, world, registry }) => {
    const session = new ResourceSession(join(folder, "cache"));
    const news = {
      lock: world.lockFile,
      registry: `${registry.host}/acme`,
      nixConf: { substitutors: "https://a.example", cores: 4 },
      __dryRun: true,
    };
    const warnings = await warningsOf(async () => {
      // The second time as for a replacement.
      for (const _ of ["first", "second"]) {
        const { failures, inputs } = await check(session, {}, news);
        assert.deepEqual(failures, []);
        assert.match(String(inputs["digest"]), /^sha256:/);
      }
    });
    assert.deepEqual(warnings, [
      `${registry.host}/acme/lix: nixConf: Lix has no setting substitutors; did you mean substituters?`,
    ]);
  });
});

test("a preview warns once of what compat would rather have found in the lock", async () => {
  const recipes = [...BASE_PACKAGES, ...COMPAT_PACKAGES].filter(
    ({ attribute }) => attribute !== "nix-ld",
  );
  await withWorkshop({ world: { recipes } }, async ({ folder, world, registry }) => {
    const session = new ResourceSession(join(folder, "cache"));
    const news = {
      lock: world.lockFile,
      registry: `${registry.host}/acme`,
      compat: { githubActions: true },
      __dryRun: true,
    };
    const warnings = await warningsOf(async () => {
      for (const _ of ["first", "second"])
        assert.deepEqual((await check(session, {}, news)).failures, []);
    });
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0] ?? "", /^[^ ]+\/acme\/lix: compat: .*--package nix-ld$/);
  });
});

test("a preview warns once of a program that the image lacks, also when it is for several platforms", async () => {
  const systems = ["x86_64-linux", "aarch64-linux"] as const;
  await withWorkshop({ world: { systems } }, async ({ folder, world, registry }) => {
    const session = new ResourceSession(join(folder, "cache"));
    const usual = { lock: world.lockFile, registry: `${registry.host}/acme`, systems };
    const news = { ...usual, user: { name: "ci", uid: 1000, shell: "/bin/zsh" }, __dryRun: true };
    const warnings = await warningsOf(async () => {
      for (const _ of ["first", "second"])
        assert.deepEqual((await check(session, {}, news)).failures, []);
    });
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(
      warnings[0] ?? "",
      /^[^ ]+\/acme\/lix: user\.shell: the image has no \/bin\/zsh; add /,
    );
    // While the files are not known, one of them may be the shell.
    const unknown = { ...news, name: "other", files: UNKNOWN };
    assert.deepEqual(await warningsOf(() => check(session, {}, unknown)), []);
  });
});

import { readFile, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { damageSignature } from "../support/world/damage.ts";
import { withWorkshop } from "../support/workshop.ts";

test("push says which lock file it looked for, and how to make one", async () => {
  await withWorkshop({}, async (workshop) => {
    await rm(workshop.world.lockFile);
    const run = await workshop.push();
    workshop.assertRefused(run, `no lock file ${workshop.world.lockFile}`, "lix-image lock");
  });
});

for (const [version, remedy] of [
  [3, "upgrade pulumi-lix"],
  [0, "make the lock again"],
] as const)
  test(`push refuses a lock of version ${version}`, async () => {
    await withWorkshop({}, async (workshop) => {
      const { lockFile } = workshop.world;
      const text = await readFile(lockFile, "utf8");
      await writeFile(lockFile, text.replace('"version": 1', `"version": ${version}`));
      const run = await workshop.push();
      workshop.assertRefused(run, `${lockFile}: version ${version}`, remedy);
    });
  });

test("push refuses a lock with the marks of a merge conflict", async () => {
  await withWorkshop({}, async (workshop) => {
    const { lockFile } = workshop.world;
    await writeFile(lockFile, `<<<<<<< HEAD\n${await readFile(lockFile, "utf8")}`);
    workshop.assertRefused(await workshop.push(), lockFile, "not JSON", "merge conflict");
  });
});

for (const [how, says] of [
  ["missing", "has neither a signature nor a ca"],
  ["of something else", "wrong signature by pulumi-lix-world-1"],
  ["by an unknown key", "signed only by stranger-1; trusted: pulumi-lix-world-1"],
] as const)
  test(`push refuses a signature that is ${how}, and names the path`, async () => {
    await withWorkshop({}, async (workshop) => {
      await damageSignature(workshop.world, workshop.world.path("glibc"), how);
      const { lockFile } = workshop.world;
      const run = await workshop.push();
      workshop.assertRefused(run, lockFile, /-glibc-2\.39"?\]?: /, says, "trustedPublicKeys");
    });
  });

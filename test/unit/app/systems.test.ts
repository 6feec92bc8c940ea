/** An image of two systems, one of which cannot be made. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { planWithDigests } from "../../../provider/app/build-image.ts";
import type { ImagePlan } from "../../../provider/app/plan-image.ts";
import { publish } from "../../../provider/app/publish.ts";
import { Session } from "../../../provider/app/session.ts";
import { destinationsOf } from "../../../provider/app/destinations.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { otherMachine } from "../../support/other-machine.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";
import { BASE_PACKAGES } from "../../support/world/base-packages.ts";
import { COMPAT_PACKAGES } from "../../support/world/compat-packages.ts";
import { damageNar, type NarDamage } from "../../support/world/damage.ts";

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;

function planImage(
  { world, registry, folder }: Workshop,
  session: Session,
  more: LixImageInputs = {},
): Promise<ImagePlan> {
  const common = { lock: world.lockFile, registry: `${registry.host}/acme`, systems: SYSTEMS };
  const args = { ...common, ...more };
  const options = { directory: folder, destination: "required" } as const;
  return planWithDigests(session, makeSpec(LixImageInputs.parse(args), options));
}

/** A package that only this system has; the answer undoes it. */
async function damagePackageOf({ world }: Workshop, system: string, how: NarDamage) {
  const path = world.systems.get(system)?.path("which");
  assert.ok(path !== undefined);
  const file = join(world.cacheFolder, world.narInfos.get(path)?.url ?? "");
  const nar = await readFile(file);
  await damageNar(world, path, how);
  return { path, mend: () => writeFile(file, nar) };
}

for (const how of ["missing", "cut off"] as const)
  test(`with a NAR of one system ${how}, an empty registry gets nothing; mended, it gets all`, () =>
    withWorkshop({ world: { systems: SYSTEMS } }, async (workshop) => {
      const { registry, cache, folder } = workshop;
      const first = new Session(cache);
      const imagePlan = await planImage(workshop, first);
      // It knows every digest, and has no bytes.
      const clean = await otherMachine(first, imagePlan, join(folder, "clean"));
      const again = await planImage(workshop, clean);
      const destinations = destinationsOf(clean, again.spec);
      const { path, mend } = await damagePackageOf(workshop, SYSTEMS[1], how);
      await assert.rejects(publish(clean, again, destinations), (error) => {
        assert.equal(Object(error).code, "SYSTEM_NOT_BUILT");
        const text = render(error);
        assert.match(text, /^aarch64-linux: the part of the image for this system cannot be built/);
        assert.ok(text.includes(path), text);
        return true;
      });
      workshop.assertNothingPushed();

      await mend();
      const { assembled } = await publish(clean, again, destinations);
      const { tags, manifests } = registry.store.repository("acme/lix");
      assert.equal(tags.get("latest"), assembled.image.root.digest);
      assert.equal(manifests.size, 3);
    }));

test("an error about a package that the plan needs names its system, too", () =>
  withWorkshop({ world: { systems: SYSTEMS } }, async (workshop) => {
    await damagePackageOf(workshop, SYSTEMS[1], "missing");
    const preparing = planImage(workshop, new Session(workshop.cache));
    await assert.rejects(preparing, { code: "SYSTEM_NOT_BUILT", message: /^aarch64-linux: / });
  }));

test("of an image of one system there is nothing to tell apart", () =>
  withWorkshop({ world: { systems: SYSTEMS } }, async (workshop) => {
    await damagePackageOf(workshop, SYSTEMS[1], "missing");
    const preparing = planImage(workshop, new Session(workshop.cache), { systems: [SYSTEMS[1]] });
    await assert.rejects(preparing, (error) => Object(error).code !== "SYSTEM_NOT_BUILT");
  }));

test("with compat, each system has the loader and the libraries of its own", () =>
  withWorkshop(
    { world: { systems: SYSTEMS, recipes: [...BASE_PACKAGES, ...COMPAT_PACKAGES] } },
    async (workshop) => {
      const session = new Session(workshop.cache);
      const { platforms } = await planImage(workshop, session, { compat: { githubActions: true } });
      const loaders = { amd64: "ld-linux-x86-64.so.2", arm64: "ld-linux-aarch64.so.1" };
      for (const { config, system, paths, platform } of platforms) {
        const named = (name: string) => workshop.world.systems.get(system)?.path(name) ?? "";
        const loader = Object.entries(loaders).find(([cpu]) => cpu === platform.architecture)?.[1];
        assert.ok(config.Env.includes(`NIX_LD=${named("glibc")}/lib/${loader}`), system);
        assert.ok([...paths.keys()].some((path) => path === named("nix-ld")));
      }
      assert.equal(platforms.length, 2);
    },
  ));

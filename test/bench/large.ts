/** An image of 2 GB: it may take no more memory than a small one, and its many packages no longer to pack. @module */
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { makeWorld } from "../support/world.ts";
import { BASE_PACKAGES } from "../support/world/base-packages.ts";
import { text, type Recipe } from "../support/world/recipe.ts";
import { bulkOf } from "./packages.ts";
import type { Subject } from "./samples.ts";
import { lixImage, writeArguments } from "./workbench.ts";

const MIB = 1024 * 1024;
const PACKAGES = 330;
const PACKAGE_SIZE = 6 * MIB;

/** Makes the packages, and returns the builds; the first is what the others are compared with. */
export async function largeSubjects(folder: string): Promise<Subject[]> {
  const { lockFile } = await makeWorld(folder, {
    recipes: [...BASE_PACKAGES, ...largePackages()],
    compressions: ["zstd"],
  });
  const build = (name: string, args: object): Subject => ({
    name,
    run: () =>
      withTempDir(async (out) => {
        const file = await writeArguments(out, { lock: lockFile, extraPkgs: ["closure"], ...args });
        return lixImage(["build", file, "--oci", join(out, "layout")], join(out, "cache"));
      }),
  });
  return [
    build("build, cold, 2 GB in 100 layers", {}),
    build("with closure-risk", { layering: "closure-risk" }),
    build("in 40 layers", { maxLayers: 40 }),
    build("in 40 layers, with closure-risk", { maxLayers: 40, layering: "closure-risk" }),
  ];
}

function largePackages(): Recipe[] {
  // The same file in all of them, because only its size matters.
  const bulk = text(bulkOf("large", PACKAGE_SIZE));
  const names = Array.from({ length: PACKAGES }, (_, at) => `large-${at}`);
  const recipe = (pname: string, needs: readonly string[]): Recipe => ({
    pname,
    version: "1.0",
    outputs: {
      out: { [`lib/${pname}`]: bulk, needs: text(needs.map((n) => `@${n}@\n`).join("")) },
    },
  });
  return [
    // Each needs some that come before it, as in a real closure.
    ...names.map((name, at) => recipe(name, names.slice(Math.max(0, at - 3), at))),
    { ...recipe("closure", names), attribute: "closure" },
  ];
}

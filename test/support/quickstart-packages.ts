/**
 * Makes the package set of the quickstart: the folder `cache` and `lix-image.lock.json` in
 * examples/quickstart. The packages are placeholders of a few hundred bytes each, with the names, outputs and
 * references of the real ones, so that the quickstart needs no download. Their image has the right shape and
 * runs nothing. A real lock comes from `lix-image lock`.
 *
 *     node_modules/node/bin/node test/support/quickstart-packages.ts
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "./source-files.ts";
import { BASE_PACKAGES } from "./world/base-packages.ts";
import { makeWorld, type World } from "./world.ts";

/** Writes into `folder`; the same bytes each time. */
export async function makeQuickstartPackages(folder: string): Promise<World> {
  await rm(join(folder, "cache"), { recursive: true, force: true });
  return makeWorld(folder, {
    recipes: BASE_PACKAGES,
    // Compressed bytes differ between releases of Node's zlib, and these are committed.
    compressions: ["none"],
    keyName: "pulumi-lix-quickstart-1",
  });
}

if (import.meta.main) {
  const world = await makeQuickstartPackages(join(REPOSITORY, "examples/quickstart"));
  console.log(`${world.narInfos.size} store paths, signed by ${world.key.publicKey}`);
}

/**
 * Makes the package set of the quickstart: the folder `cache` and `lix-image.lock.json`. The packages
 * are placeholders of a few hundred bytes each, with the names, outputs and references of the real ones,
 * so that the quickstart needs no download; the image that comes out has the right shape and runs
 * nothing. A real lock comes from `lix-image lock`.
 *
 *     node examples/quickstart/make-packages.ts
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { BASE_PACKAGES } from "../../test/support/world/base-packages.ts";
import { makeWorld, type World } from "../../test/support/world.ts";

/** Writes into `folder`; the same bytes each time. */
export async function makePackages(folder: string): Promise<World> {
  await rm(join(folder, "cache"), { recursive: true, force: true });
  return makeWorld(folder, {
    recipes: BASE_PACKAGES,
    // Compressed bytes differ between releases of Node's zlib, and these are committed.
    compressions: ["none"],
    keyName: "pulumi-lix-quickstart-1",
  });
}

if (import.meta.main) {
  const world = await makePackages(import.meta.dirname);
  console.log(`${world.narInfos.size} store paths, signed by ${world.key.publicKey}`);
}

import { REQUIRED_ATTRIBUTES } from "../../resolve/attributes.ts";
import { defineCommand } from "../command.ts";
import { LOCK_SECTIONS, LOCK_SYNTAX } from "../lock/options.ts";

export const lock = defineCommand({
  ...LOCK_SYNTAX,
  summary: "make a lock from a channel, with Nix, or from store paths; update or check one",
  about: [
    "Writes the lock file, which names every package of an image.",
    `An image needs ${REQUIRED_ATTRIBUTES.join(" ")}. The package "nix" is the Lix of the image. Closures, sizes, hashes and signatures come from the binary caches. Nothing is built, and no contents are downloaded except a tarball of nixpkgs. The same input gives the same bytes.`,
  ],
  sections: LOCK_SECTIONS,
  run: async (line) => {
    const [{ readLockArguments }, { makeLock }] = await Promise.all([
      import("../lock/arguments.ts"),
      import("../lock/make-lock.ts"),
    ]);
    return makeLock(readLockArguments(line, process.cwd()));
  },
});

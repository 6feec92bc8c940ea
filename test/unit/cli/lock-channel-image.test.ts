/** Images from a lock that came from a channel, nixpkgs out of its tarball included. @module */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runCli } from "../../support/cli.ts";
import { withLocking } from "../../support/locking.ts";

test("an image of two systems is built from a channel's lock, twice with the same bytes", async () => {
  await withLocking(
    async ({ dir, lock, options }) => {
      const systems = ["x86_64-linux", "aarch64-linux"];
      await lock(...options, "--package", "jq", ...systems.flatMap((one) => ["--system", one]));
      await writeFile(join(dir, "args.json"), JSON.stringify({ systems, extraPkgs: ["jq"] }));
      const digests: string[] = [];
      for (const folder of ["first", "second"]) {
        const { code, stdout, stderr } = await runCli(
          ["build", "args.json", "--oci", folder, "--json"],
          { cache: join(dir, `${folder}-cache`), directory: dir },
        );
        assert.equal(code, 0, stderr);
        const built = JSON.parse(stdout);
        assert.deepEqual(Object.keys(built.platforms).sort(), ["linux/amd64", "linux/arm64"]);
        digests.push(built.digest);
      }
      assert.equal(digests[0], digests[1]);
    },
    { systems: ["x86_64-linux", "aarch64-linux"] },
  );
});

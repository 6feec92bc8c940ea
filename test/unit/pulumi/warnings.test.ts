import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Session } from "../../../provider/app/session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { warningsOf } from "../../support/warnings.ts";
import { withWorkshop } from "../../support/workshop.ts";

test("a preview warns once of a setting that Lix does not know, and the image is made with it", async () => {
  await withWorkshop({}, async ({ folder, world, registry }) => {
    const session = new Session(join(folder, "cache"));
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

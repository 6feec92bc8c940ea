import assert from "node:assert/strict";
import { test } from "node:test";
import { withWorkshop } from "../support/workshop.ts";

test("a setting that Lix does not know causes a warning on stderr, and does not change stdout", () =>
  withWorkshop({}, async (workshop) => {
    const nixConf = { "max-job": 4 };
    const file = await workshop.writeArgs({ lock: workshop.world.lockFile, nixConf });
    const { code, stdout, stderr } = await workshop.run("plan", file, "--json");
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^warning: nixConf: Lix has no setting max-job; did you mean max-jobs\?$/m,
    );
    assert.match(String(JSON.parse(stdout).planKey), /^[0-9a-f]{64}$/);
  }));

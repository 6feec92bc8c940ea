import assert from "node:assert/strict";
import { test } from "node:test";
import { log } from "../../../provider/base/log.ts";
import { Session } from "../../../provider/build/session.ts";
import { prepareFully } from "../../../provider/lifecycle/push.ts";
import { makeSpec } from "../../../provider/plan/spec.ts";
import { LixImageInputs } from "../../../provider/plan/inputs-schema.ts";
import { withWorkshop } from "../../support/workshop.ts";

test("layers that a plan waits for and those that follow are counted as one after the other", () =>
  withWorkshop({}, async ({ world, cache, folder }) => {
    const args = LixImageInputs.parse({ lock: world.lockFile, registry: "localhost:5000/acme" });
    const spec = makeSpec(args, { directory: folder, destination: "required" });
    const lines: string[] = [];
    const progress = (line: string): void => void lines.push(line);
    const before = log.install({ progress, warn: () => {}, info: () => {} });
    try {
      const { platforms } = await prepareFully(new Session(cache), spec);
      const told = lines.map((line) => /: (building|built \d+ of) (\d+) (more )?layers/.exec(line));
      const begun = told.flatMap((match) => (match?.[1] === "building" ? [match] : []));
      assert.deepEqual(
        begun.map((match) => match[3]),
        [undefined, "more "],
      );
      const counted = begun.reduce((sum, match) => sum + Number(match[2]), 0);
      assert.equal(counted, platforms[0]?.layers.length);
    } finally {
      log.install(before);
    }
  }));

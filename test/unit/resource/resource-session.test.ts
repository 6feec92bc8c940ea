/** Sessions of one process, as of a plugin that two engines use. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { withLog } from "../../../provider/base/log.ts";
import { check, type CheckResult } from "../../../provider/pulumi/check.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { withWorkshop } from "../../support/workshop.ts";

test("two sessions at once know nothing of each other's resources, and each logs its own lines", () =>
  withWorkshop({}, async ({ world, registry, folder }) => {
    const news = { lock: world.lockFile, registry: `${registry.host}/acme`, __dryRun: true };
    const preview = async (session: ResourceSession, cores: number) => {
      const lines: string[] = [];
      const write = (line: string): void => void lines.push(line);
      const sink = { progress: () => {}, info: write, warn: write };
      const args = { ...news, nixConf: { cores, "not-a-setting": 1 } };
      const result = await withLog(sink, () => check(session, {}, args));
      return { lines, ...result };
    };
    const reasons = ({ failures }: CheckResult): string[] => failures.map(({ reason }) => reason);
    const [mine, theirs] = ["mine", "theirs"].map(
      (name) => new ResourceSession(join(folder, name)),
    );
    assert.ok(mine !== undefined && theirs !== undefined);

    const both = await Promise.all([preview(mine, 1), preview(theirs, 2)]);
    for (const { lines, ...result } of both) {
      assert.deepEqual(reasons(result), []);
      assert.equal(lines.length, 2, lines.join("\n"));
      assert.match(lines.join("\n"), /not-a-setting/);
      assert.match(lines.join("\n"), /layers: \d+ new/);
    }
    // In one session the two would take turns for ever, and a warning is not repeated.
    const second = await preview(mine, 2);
    assert.match(reasons(second).join(), /REFERENCE_CLAIMED_TWICE/);
    assert.doesNotMatch(second.lines.join("\n"), /not-a-setting/);
  }));

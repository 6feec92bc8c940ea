/** Which of the rules for layers an image is planned by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { planResolved } from "../../../provider/app/plan-image.ts";
import { resolveImage, type Resolved } from "../../../provider/app/resolve.ts";
import { Session } from "../../../provider/app/session.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { parseInputs } from "../../support/parse-inputs.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import type { LixImageInputs } from "../../../sdk/args.ts";
import { makeWorld } from "../../support/world.ts";

test("an image that was pushed under the earlier rule for layers keeps it until something changes", async () => {
  await withTempDir(async (folder) => {
    const { lockFile: lock } = await makeWorld(folder);
    const resolved = (session: Session, args: LixImageInputs): Promise<Resolved> => {
      const inputs = parseInputs({ lock, maxLayers: 9, ...args });
      return resolveImage(session, makeSpec(inputs, { directory: "/", destination: "optional" }));
    };
    const keyOf = async (session: Session, image: Resolved): Promise<string> =>
      (await planResolved(session, image, { mayFetch: true }))?.planKey ?? "";

    const fresh = new Session(join(folder, "cache"));
    const image = await resolved(fresh, {});
    const inputs = image.inputs.map((input) => ({ ...input, layering: "shared tail" as const }));
    const earlier = await keyOf(fresh, { ...image, inputs });
    const today = await keyOf(fresh, image);
    assert.notEqual(today, earlier);

    const seeded = new Session(join(folder, "cache"));
    seeded.knownLayers.seedPlan(earlier);
    assert.equal(await keyOf(seeded, await resolved(seeded, {})), earlier);
    const changed = await resolved(seeded, { nixConf: { cores: 4 } });
    assert.equal(await keyOf(seeded, changed), await keyOf(fresh, changed));
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  resolveDigests,
  buildMissingLayers,
  planWithDigests,
} from "../../../provider/app/build-image.ts";
import { Session } from "../../../provider/app/session.ts";
import { DiffId, Digest } from "../../../provider/formats/oci/digest.ts";
import { parseInputs } from "../../support/parse-inputs.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import { withWorkshop } from "../../support/workshop.ts";

test("a layer that a state describes wrongly is not pushed as something else", async () => {
  await withWorkshop({}, async ({ cache, world }) => {
    const options = { directory: "/", destination: "optional" } as const;
    const spec = makeSpec(parseInputs({ lock: world.lockFile }), options);
    const honest = new Session(cache);
    const imagePlan = await planWithDigests(honest, spec);
    const built = await resolveDigests(honest, imagePlan, { mayFetch: true });
    const layer = built?.[0]?.layers[0];
    assert.ok(layer !== undefined);

    const misled = new Session(`${cache}-other`);
    const wrong = {
      ...layer.identity,
      diffId: DiffId.parse(`sha256:${"1".repeat(64)}`),
      digest: Digest.parse(`sha256:${"2".repeat(64)}`),
    };
    misled.knownLayers.seed({ layers: new Map([[layer.key, wrong]]), listings: new Map() });
    await planWithDigests(misled, spec);
    await assert.rejects(
      buildMissingLayers(misled, imagePlan, ({ digest }) => digest === wrong.digest),
      { code: "LAYER_NOT_REPRODUCED" },
    );
  });
});

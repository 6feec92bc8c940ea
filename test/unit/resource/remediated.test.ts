/** Arguments that a policy changes after check, in the order of the engine's calls. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { diff } from "../../../provider/pulumi/diff.ts";
import { push } from "../../../provider/pulumi/push.ts";
import { read } from "../../../provider/pulumi/read.ts";
import { parseArguments } from "../../../provider/arguments/parse-arguments.ts";
import { Known } from "../../../provider/arguments/unknown.ts";
import { CheckedInputs } from "../../../provider/resource/checked-inputs.ts";
import { Recorded } from "../../../provider/resource/recorded.ts";
import { remediated } from "../../../provider/resource/remediated.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { warningsOf } from "../../support/warnings.ts";
import { withWorkshop } from "../../support/workshop.ts";

test("in one process a refresh and an up of a changed image find nothing to do", async () => {
  await withWorkshop({}, async ({ world, registry, cache }) => {
    const session = new ResourceSession(cache);
    const news = { lock: world.lockFile, registry: `${registry.host}/acme` };
    const policy = (inputs: PropertyMap): PropertyMap => ({
      ...inputs,
      nixConf: { cores: 2 },
      tag: "audited",
    });
    const checked = async (olds: PropertyMap): Promise<PropertyMap> => {
      const { inputs, failures } = await check(session, olds, news);
      assert.deepEqual(failures, []);
      return policy(inputs);
    };
    const inputs = await checked({});
    let outs: PropertyMap = {};
    const [warning, ...more] = await warningsOf(async () => {
      ({ outs } = await push(session, inputs));
    });
    assert.match(warning ?? "", /a policy changed nixConf, tag after/);
    assert.deepEqual(more, []);

    const found = await read(session, "lix", outs);
    assert.deepEqual(found.props, outs);
    for (const [name, value] of Object.entries(inputs))
      assert.deepEqual(found.inputs[name] ?? null, value ?? null, `the engine would show ${name}`);
    // A refresh compares with the inputs in state, then the program runs.
    const lix = { id: "lix", olds: found.props, directory: process.cwd() };
    assert.equal((await diff(session, { ...lix, news: inputs })).changes, false);
    const again = await checked(found.inputs);
    assert.equal((await diff(session, { ...lix, news: again })).changes, false);
    const { inputs: computed } = await remediated(session, Recorded.parse(found.props), {
      given: CheckedInputs.parse(again),
      parse: () => parseArguments(again),
      directory: process.cwd(),
    });
    assert.equal(Known.value(computed.outputs.digest), outs["digest"]);
  });
});

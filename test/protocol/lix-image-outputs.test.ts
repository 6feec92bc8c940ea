/** Every declared output has a value, so that what uses it changes only with the image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeclaredOutputs } from "../../provider/resource/declared-outputs.ts";
import { changes, done, editState, ops, recorded, stepOf } from "./fixtures/image-results.ts";
import { given, withImage } from "./fixtures/with-image.ts";

/** For each output a resource that uses only this one, so that an unknown output shows by its name. */
const USERS = `
const users = (image: LixImage, name: string) => {
  for (const output of ${JSON.stringify(DeclaredOutputs.names)} as const)
    deploy(\`\${name}-\${output}\`, { value: image[output] });
};
`;

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;
const BOTH = { world: { systems: SYSTEMS } };

const ONE = `${USERS}
users(new LixImage("lix", { registry, ...given }), "lix");
`;

test("a resource that uses an output does not change at the next preview", async () => {
  await withImage(
    ONE,
    async ({ host }) => {
      for (const args of [{}, { systems: SYSTEMS }]) {
        await done(host.up(given(args)));
        assert.deepEqual(changes(await done(host.preview(given(args)))), []);
        for (const name of DeclaredOutputs.names) assert.ok(name in recorded(host), name);
      }
      assert.equal(recorded(host).layers, null);
      const { platforms } = recorded(host);
      const [layer = {}] = platforms["linux/arm64"]?.layers ?? [];
      assert.deepEqual(Object.keys(layer).sort(), ["diffId", "digest", "mediaType", "size"]);
      const update = await done(host.preview(given({ lixRevision: "def" })));
      assert.equal(stepOf(update, "lix-revision").newInputs?.["value"], "def");
    },
    BOTH,
  );
});

test("outputs that the state of an earlier version lacks are known at once", async () => {
  await withImage(
    ONE,
    async ({ host, registry }) => {
      const args = { systems: SYSTEMS, mirrors: [`${registry.host}/copy`] };
      await done(host.up(given(args)));
      const { mirrorRefs } = recorded(host);
      editState(host, (state) => {
        const { revision: _, layers: __, mirrorRefs: ___, ...outputs } = state.outputs;
        return { ...state, outputs };
      });
      const preview = await done(host.preview(given(args)));
      assert.deepEqual(changes(preview), []);
      assert.deepEqual(stepOf(preview, "lix-mirrorRefs").newInputs, { value: mirrorRefs });
      await done(host.refresh(given(args)));
      assert.deepEqual(changes(await done(host.preview(given(args)))), []);
    },
    BOTH,
  );
});

test("outputs that LixImage.get cannot know are undefined, not unknown", async () => {
  const program = `${USERS}
    if (process.env["THERE"] === undefined) new LixImage("lix", { registry, ...given });
    else users(LixImage.get("there", registry + "/lix"), "there");`;
  for (const args of [{}, { systems: SYSTEMS }])
    await withImage(
      program,
      async ({ host }) => {
        const there = { env: { ...given(args).env, THERE: "yes" } };
        await done(host.up(given(args)));
        await done(host.up(there));
        const preview = await done(host.preview(there));
        assert.deepEqual(changes(preview), []);
        assert.ok(ops(preview).includes("read there"));
        assert.deepEqual(stepOf(preview, "there-layers").newInputs, {});
        assert.deepEqual(stepOf(preview, "there-planKey").newInputs, { value: "" });
      },
      BOTH,
    );
});

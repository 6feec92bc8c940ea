/** Update plans: what a preview answers has every property that `up` will have. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { Planner } from "../../protocol/host/update-plan.ts";
import type { Properties } from "../../protocol/host/wire.ts";
import { withWorkshop } from "../../support/workshop.ts";

/** What a preview does not know, and what it turns out to be. */
const CASES: Readonly<Record<string, readonly [preview: object, up: object]>> = {
  "a digest that a preview may not fetch": [{ previewDigests: false }, { previewDigests: false }],
  "a lock": [{ lock: UNKNOWN }, {}],
  "a setting": [
    { nixConf: { cores: UNKNOWN, substituters: ["https://a.example", UNKNOWN] } },
    { nixConf: { cores: 4, substituters: ["https://a.example", "https://b.example"] } },
  ],
  "a revision": [{ lixRevision: UNKNOWN }, { lixRevision: "abc" }],
  "an argument that comes to nothing": [{ lixRevision: UNKNOWN }, {}],
  "an algorithm, and the level that follows from it": [
    { compression: { algorithm: UNKNOWN } },
    { compression: { algorithm: "gzip" } },
  ],
  "a level": [
    { compression: { algorithm: "zstd", level: UNKNOWN } },
    { compression: { algorithm: "zstd" } },
  ],
  systems: [{ systems: [UNKNOWN] }, { systems: ["x86_64-linux"] }],
  "packages and mirrors": [
    { extraPkgs: UNKNOWN, mirrors: ["a.example/lix", UNKNOWN] },
    { extraPkgs: ["tree"], mirrors: ["a.example/lix", "b.example/lix"] },
  ],
  archives: [
    { archives: [{ type: "oci-layout", path: UNKNOWN }, UNKNOWN] },
    {
      archives: [
        { type: "oci-layout", path: "a" },
        { type: "oci-layout", path: "b" },
      ],
    },
  ],
  "a repository": [{ registry: UNKNOWN, tag: "{planKey}" }, { tag: "{planKey}" }],
};

test("what a preview could not know may come to be, and nothing that it did not have", async (t) => {
  await withWorkshop({}, async ({ folder, world }) => {
    const usual = { lock: world.lockFile, registry: "registry.example", __provider: "text" };
    const checked = async (machine: string, olds: Properties, args: object) => {
      const session = new ResourceSession(join(folder, machine));
      const { inputs, failures } = await check(session, olds, { ...usual, ...args });
      assert.deepEqual(failures, []);
      return inputs as Properties;
    };
    const before = await checked("up", {}, { extraPkgs: ["which"], __dryRun: false });
    for (const [what, [preview, up]] of Object.entries(CASES))
      for (const [at, olds] of [{}, before].entries())
        await t.test(
          `${what}, of ${olds === before ? "one in state" : "a new image"}`,
          async () => {
            // Its own, or the images of two cases would claim one tag.
            const tag = `${Object.keys(CASES).indexOf(what)}-${at}`;
            const planner = new Planner();
            const promised = await checked("cold", olds, { tag, ...preview, __dryRun: true });
            planner.register("lix", { op: "update", olds, news: promised });
            const done = await checked("up", olds, { tag, ...up, __dryRun: false });
            new Planner(planner.made).register("lix", { op: "update", olds, news: done });
          },
        );
  });
});

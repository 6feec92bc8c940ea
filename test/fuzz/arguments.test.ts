/** Valid arguments of every kind, together: what a preview shows is what is pushed, and then nothing changes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { ResourceSession } from "../../provider/resource/resource-session.ts";
import { JsonPath } from "../../provider/arguments/json-path.ts";
import { PREVIEW_OUTPUTS, UNKNOWN, isUnknown } from "../../provider/arguments/unknown.ts";
import { check } from "../../provider/pulumi/check.ts";
import { diff } from "../support/compare.ts";
import { push } from "../../provider/pulumi/push.ts";
import { Unchanged } from "../../provider/resource/unchanged.ts";
import type { PropertyMap } from "../../provider/resource/property-map.ts";
import type { LixImageInputs } from "../../sdk/args.ts";
import { FUZZ_RUNS, FUZZ_SEED } from "../support/fuzz.ts";
import { randomArguments } from "../support/random-arguments.ts";
import { withWorkshop } from "../support/workshop.ts";
import { BASE_PACKAGES } from "../support/world/base-packages.ts";
import { COMPAT_PACKAGES } from "../support/world/compat-packages.ts";
import { EXTRA_PACKAGES } from "../support/world/extra-packages.ts";

// Each run makes and pushes an image.
const numRuns = Math.ceil(FUZZ_RUNS * 0.01);

test(`${numRuns} images: preview and up agree, another machine sees no change, and no unknown part spoils the rest`, (t) => {
  t.diagnostic(`FUZZ_SEED=${FUZZ_SEED} FUZZ_RUNS=${FUZZ_RUNS}`);
  return withWorkshop(SYSTEMS, async ({ folder, world, registry }) => {
    const session = new ResourceSession(join(folder, "cache"));
    const usual = { lock: world.lockFile, registry: `${registry.host}/acme` };
    let images = 0;
    let answered = 0;
    const checked = async (news: object, olds: PropertyMap = {}, by = session) => {
      const { inputs, failures } = await check(
        by,
        olds,
        { ...usual, ...news },
        { directory: folder },
      );
      assert.deepEqual(failures, []);
      return inputs;
    };

    /** With one part unknown, everything that is shown all the same is as it will be. */
    const assertPartlyKnown = async (args: LixImageInputs, place: JsonPath, up: PropertyMap) => {
      const given = Object(JsonPath.write(args, place, UNKNOWN)) as object;
      // Two images of one stack may not have the same tag.
      const name = `partly-${images}`;
      const preview = await checked({ ...given, name, __dryRun: true });
      for (const output of PREVIEW_OUTPUTS) {
        const shown = JSON.stringify(preview[output] ?? null).replaceAll(name, `image-${images}`);
        const isShown = !isUnknown(preview[output]);
        if (isShown) assert.equal(shown, JSON.stringify(up[output] ?? null), output);
      }
    };

    /** What the state answers without any work is what all the work comes to. */
    const assertSameAsShort = async (
      news: PropertyMap,
      olds: PropertyMap,
      { again, outs }: Readonly<Record<"again" | "outs", PropertyMap>>,
    ) => {
      const key = await Unchanged.check({ olds, news, directory: folder });
      if (key === undefined || olds["__unchanged"] !== key) return;
      answered += 1;
      assert.deepEqual(again, olds);
      assert.equal(Unchanged.isPartOf(olds, outs), true);
    };

    await fc.assert(
      fc.asyncProperty(randomArguments, fc.nat(), async (args, pick) => {
        const news = { ...args, name: `image-${(images += 1)}` };
        const preview = await checked({ ...news, __dryRun: true });
        const inputs = await checked(news);
        const { outs } = await push(session, inputs, {}, { directory: folder });
        assert.equal(outs["digest"], preview["digest"]);
        const elsewhere = new ResourceSession(join(folder, `cache-${images}`));
        const again = await checked({ ...news, __dryRun: true }, inputs, elsewhere);
        assert.equal(again["digest"], outs["digest"]);
        assert.equal(diff(outs, again, folder).changes, false);
        await assertSameAsShort({ ...usual, ...news }, inputs, { again, outs });
        const places = placesIn(args);
        const place = places[pick % places.length];
        if (place !== undefined) await assertPartlyKnown(args, place, inputs);
      }),
      { numRuns, seed: FUZZ_SEED },
    );
    t.diagnostic(`${answered} of ${images} images were answered by the state alone`);
  });
});

const SYSTEMS = {
  world: {
    systems: ["x86_64-linux", "aarch64-linux"],
    recipes: [...BASE_PACKAGES, ...EXTRA_PACKAGES, ...COMPAT_PACKAGES],
  },
} as const;

/** Where a value stands, at any depth. */
function placesIn(value: unknown, place: JsonPath = []): JsonPath[] {
  const own = place.length === 0 ? [] : [place];
  if (typeof value !== "object" || value === null) return own;
  const items: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [...own, ...items.flatMap(([key, item]) => placesIn(item, [...place, key]))];
}

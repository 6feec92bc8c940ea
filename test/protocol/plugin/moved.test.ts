/** A stack moves from the dynamic provider to the plugin, by an alias. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  assertNothingAsked,
  changes,
  done,
  recorded,
  stateOf,
  tagged,
} from "../fixtures/image-results.ts";
import { given, withImage } from "../fixtures/with-image.ts";

const CLASS = join(import.meta.dirname, "../fixtures/plugin-lix-image.ts");
const PROGRAM = `
import { LixImage as PluginImage } from ${JSON.stringify(CLASS)};
const Image = process.env["MOVED"] === undefined ? LixImage : PluginImage;
const image = new Image("lix", { registry, ...given });
deploy("web", { image: image.ref });
export const { ref, layers, drift } = image;
`;

test("a stack moves to the plugin with no change of the image, and nothing of the old provider stays", () =>
  withImage(PROGRAM, async ({ host, registry, packages }) => {
    const args = { config: { labels: { team: "a" } }, extraTags: ["{version}"] };
    const up = await done(host.up(given(args)));
    const before = recorded(host);
    registry.log.length = 0;
    packages.log.length = 0;
    const moved = (more: object = {}) => {
      const { env } = given({ ...args, ...more });
      return { env: { ...env, MOVED: "1" } };
    };
    assert.deepEqual(changes(await done(host.preview(moved()))), []);
    // An SDK of another language fills in defaults.
    const filled = { tag: "latest", layering: "docker.nix" };
    const again = await done(host.up(moved(filled)));
    assert.deepEqual(changes(again), []);
    assert.deepEqual(again.outputs, up.outputs);
    assertNothingAsked({ registry, packages });
    assert.equal(stateOf(host).type, "lix:index:LixImage");
    const { ref, layers, drift } = recorded(host);
    assert.deepEqual([ref, layers, drift], [before.ref, before.layers, before.drift]);
    assert.deepEqual(changes(await host.refresh()), []);

    assert.deepEqual(changes(await done(host.up(moved({ nixConf: { cores: 4 } })))), [
      "update lix",
      "update web",
    ]);
    assert.equal(tagged(registry), recorded(host).digest);
    const { inputs, outputs } = stateOf(host);
    assert.ok(!("__provider" in inputs) && !("__provider" in outputs));
    await done(host.destroy());
  }));

/** Arguments that are wrong, unknown yet, or not to be shown before up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { plannedSteps, StackState } from "./fixtures/stack-state.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("all mistakes are reported at once, each on its own line", NO_ENGINE, async () => {
  await withStack(ONE_IMAGE, async (stack) => {
    stack.give({ maxLayers: 128, tag: "not a tag", extraPkgs: ["tre"], nixConf: { a: "b\nc" } });
    const text = await stack.refuse("preview");
    assert.match(text, /'lix' has a problem: maxLayers: .*127/);
    assert.match(text, /'lix' has a problem: .*"not a tag"/);
    assert.match(text, /'lix' has a problem: .*tre.*\n?.*tree/);
    assert.match(text, /'lix' has a problem: nixConf/);
    assert.doesNotMatch(text, /^ +at |node:internal/m, "no traceback");
    assert.deepEqual(stack.registry.log, []);
  });
});

/** `cache` is known only after up. */
const UNKNOWN_SETTING = `
const url = deploy("cache", { address: "http://cache.example" }).id.apply((id) => "http://" + id);
const image = new LixImage("lix", { registry, nixConf: { cores: 4, substituters: ["https://a.example", url] } });
deploy("web", { image: image.ref });
`;

test("an argument that is unknown makes the digest unknown until up", NO_ENGINE, async () => {
  await withStack(UNKNOWN_SETTING, async (stack) => {
    const lix = plannedSteps(await stack.run("preview", "--json")).get("lix");
    const { digest: promised, version, nixConf } = lix?.newState?.inputs ?? {};
    assert.equal(promised, UNKNOWN);
    assert.deepEqual(nixConf, { cores: 4, substituters: ["https://a.example", UNKNOWN] });
    await stack.up();
    const image = StackState.image(await stack.state());
    assert.equal(stack.tagged(), image.digest);
    assert.equal(version, image.version, "which does not follow from it");
    await stack.up("--expect-no-changes");
  });
});

test("without previewDigests a preview builds nothing, and up does", NO_ENGINE, async () => {
  await withStack(ONE_IMAGE, async (stack) => {
    stack.give({ previewDigests: false });
    const lix = plannedSteps(await stack.run("preview", "--json")).get("lix");
    assert.equal(lix?.newState?.inputs?.["digest"], UNKNOWN);
    await stack.up();
    const { digest } = StackState.image(await stack.state());
    assert.equal(stack.tagged(), digest);
    // What is known already is shown.
    await stack.run("preview", "--expect-no-changes");
  });
});

test(
  "null in config removes what docker.nix sets, at preview as in the image",
  NO_ENGINE,
  async () => {
    await withStack(ONE_IMAGE, async (stack) => {
      const title = "org.opencontainers.image.title";
      stack.give({
        user: { name: "lix", uid: 1000 },
        config: { env: { MANPATH: null, A: "1" }, labels: { [title]: null, own: "1" } },
        files: { "/etc/motd": { text: "hello\n" } },
      });
      const lix = plannedSteps(await stack.run("preview", "--json")).get("lix");
      const { digest, labels } = lix?.newState?.inputs ?? {};
      assert.ok(!Object.hasOwn(Object(labels), title));
      assert.equal(Object(labels)["own"], "1");
      await stack.up();
      assert.equal(StackState.image(await stack.state()).digest, digest);
      await stack.up("--expect-no-changes");
      await stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    });
  },
);

/** What a refresh finds, what the next up repairs, and what must not be taken for drift. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { StackState } from "./fixtures/stack-state.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

test("a moved tag is shown and put back, a lost image made again", NO_ENGINE, async () => {
  await withStack(ONE_IMAGE, async (stack) => {
    await stack.up();
    const { digest } = StackState.image(await stack.state());
    const repository = stack.registry.store.repository("lix");
    const other = `sha256:${"1".repeat(64)}`;
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    repository.manifests.set(other, { mediaType, bytes: Buffer.from("{}") });
    repository.tags.set("latest", other);

    const { text } = await stack.run("preview", "--refresh", "--diff");
    assert.ok(text.includes(`"${other}" => "${digest}"`), text);
    assert.equal(text.match(/drift: tag latest points to/g)?.length, 1, text);
    await stack.refresh();
    assert.deepEqual(StackState.image(await stack.state()).drift, [
      `tag latest points to ${other}, not to ${digest}`,
    ]);
    const repair = await stack.up();
    assert.match(repair.text, /tag latest is back \(it pointed to sha256:1/);
    assert.equal(stack.tagged(), digest);
    assert.deepEqual(StackState.image(await stack.state()).drift, []);

    stack.registry.store.repositories.clear();
    const remade = await stack.up("--refresh");
    assert.match(remade.text, /lix: the image was lost: its manifest and tags are gone/);
    assert.match(remade.text, /; the image was lost and is back/);
    assert.equal(stack.tagged(), digest);
    await stack.up("--refresh", "--expect-no-changes");
  });
});

test("a registry that refuses or fails leaves the state alone", NO_ENGINE, async () => {
  await withStack(ONE_IMAGE, async (stack) => {
    await stack.up();
    const before = await stack.state();
    // As fast as the client may try again.
    const headers = { "retry-after": "0" };
    for (const [status, message] of [
      [401, /denied: HTTP status 401[^]*docker login/],
      [500, /not available: HTTP status 500/],
    ] as const) {
      stack.registry.faults.push({ act: { kind: "answer", status, headers }, times: Infinity });
      const text = await stack.refuse("refresh", "--yes", "--skip-preview");
      assert.match(text, message);
      const [, shown = ""] = text.split("Diagnostics:");
      assert.equal(shown.match(/reading manifest/g)?.length, 1, text);
      assert.doesNotMatch(text, /^ +at .*[:(]/m, "no traceback");
      stack.registry.faults.length = 0;
      assert.deepEqual(await stack.state(), before);
    }
  });
});

/** Flags of the engine's that reach the provider process before the engine's address. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { done } from "./fixtures/image-results.ts";
import { ONE_IMAGE, withImage } from "./fixtures/with-image.ts";

test("an image prints the same lines with --logflow and --tracing as without", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    const providerFlags = ["--logtostderr", "-v=3", "--tracing", "127.0.0.1:6007"];
    const up = await done(host.up({ providerFlags }));
    const pushed = up.logs.filter((line) => line.startsWith("info: "));
    assert.match(pushed.join("\n"), /lix/);
    assert.ok(up.logs.some((line) => line.startsWith("progress: ")));
    registry.store.repository("lix").tags.clear();
    const drifted = await done(host.preview({ providerFlags, refresh: true }));
    assert.match(drifted.logs.join("\n"), /^info: .*\n {2}drift: tag latest is gone/m);
  });
});

import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";

const loaded: string[] = [];
registerHooks({
  load: (url, context, next) => {
    loaded.push(url);
    return next(url, context);
  },
});

test("an operation that finds nothing changed loads no client, decoder or database", async () => {
  const { diff } = await import("pulumi-lix/provider");
  await diff("registry.example/lix", {}, {});
  assert.ok(loaded.some((url) => url.endsWith("/provider/pulumi/check.js")));
  const heavy =
    /\/provider\/(?:registry|destination|http|login|formats\/tar)\/|\/substituter\/chain\.js$|\/sql\.js\/|^node:https?$/;
  assert.deepEqual(
    loaded.filter((url) => heavy.test(url)),
    [],
  );
});

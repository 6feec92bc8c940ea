import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestNix } from "../../../../provider/formats/rootfs/manifest-nix.ts";
import { readManifestNix } from "../../../../provider/formats/rootfs/read-manifest-nix.ts";
import { pathOf } from "../../../support/listed-store.ts";

test("reads the packages that we list, in their order", () => {
  const [curl, out, odd] = [pathOf("curl-8.9.1-bin"), pathOf("curl-8.9.1"), pathOf("odd")];
  const one = { system: "x86_64-linux", priority: 5, install: [] };
  const text = manifestNix([
    { ...one, name: "curl-8.9.1", outPath: curl, out },
    { ...one, name: 'odd"}${x}', outPath: odd, out: odd },
  ]);
  assert.deepEqual(readManifestNix(text), [
    { name: "curl", version: "8.9.1", storePaths: [out, curl] },
    { name: 'odd"}${x}', version: "", storePaths: [odd] },
  ]);
});

test("reads what nix-env writes, whose meta has names too", () => {
  const path = pathOf("hello-2.12");
  const text =
    `[ { meta = { license = { name = "GPL-3"; }; }; name = "hello-2.12"; ` +
    `out = { outPath = "${path}"; }; outPath = "${path}"; outputs = [ "out" ]; type = "derivation"; } ]`;
  assert.deepEqual(readManifestNix(text), [{ name: "hello", version: "2.12", storePaths: [path] }]);
});

test("text in another form lists nothing", () => {
  for (const text of ["", "}}}{", '"name', "{ name = 1; }", "[ ]"])
    assert.deepEqual(readManifestNix(text), []);
});

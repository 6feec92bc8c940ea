import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestNix } from "../../../../provider/formats/rootfs/manifest-nix.ts";
import type { ProfilePackage } from "../../../../provider/formats/rootfs/manifest-nix.ts";
import { pathOf } from "../../../support/listed-store.ts";

const named = (name: string): ProfilePackage => ({
  name,
  system: "x86_64-linux",
  outPath: pathOf("a"),
  out: pathOf("a"),
  install: [pathOf("a")],
  priority: 5,
});

test("a package that is listed twice appears twice", () => {
  const text = manifestNix([named("a-1"), named("a-1")]);
  assert.equal(text.match(/name = "a-1";/g)?.length, 2);
});

test("escapes what would end a string of the Nix language or open an expression in it", () => {
  const text = manifestNix([named('a"b\\c${d}$e$$\n')]);
  assert.ok(text.includes('name = "a\\"b\\\\c\\${d}$e$$\\n";'), text);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { nixConf } from "../../../../provider/formats/rootfs/nix-conf.ts";
import { hasCode } from "../../../support/has-code.ts";

/** The lines that the defaults do not have. */
function added(overrides: Parameters<typeof nixConf>[0]): string[] {
  const defaults = nixConf({}).split("\n");
  return nixConf(overrides)
    .split("\n")
    .filter((line) => !defaults.includes(line));
}

test("prints numbers, booleans and lists of them as nix.conf means them", () => {
  assert.deepEqual(added({ cores: 0, "max-jobs": -1, fallback: true, mixed: ["a", 1, false] }), [
    "cores = 0",
    "fallback = true",
    "max-jobs = -1",
    "mixed = a 1 false",
  ]);
});

test("an empty list leaves a blank behind the equals sign, as in docker.nix", () => {
  assert.deepEqual(added({ "trusted-public-keys": [] }), ["trusted-public-keys = "]);
});

test("a setting replaces the default of its key", () => {
  assert.match(nixConf({ sandbox: true }), /^build-users-group = nixbld\nsandbox = true\ntrusted/);
});

test("sorts keys by their bytes", () => {
  assert.deepEqual(added({ "\u{1f600}": 1, "\uff5e": 1, a: 1, "10": 1, "9": 1, _: 1, Z: 1 }), [
    "10 = 1",
    "9 = 1",
    "Z = 1",
    "_ = 1",
    "a = 1",
    "\uff5e = 1",
    "\u{1f600} = 1",
  ]);
});

test("takes values literally: no shell sees them", () => {
  assert.deepEqual(added({ x: "$HOME `id` \"q\" \\ 'é'" }), ["x = $HOME `id` \"q\" \\ 'é'"]);
});

test("refuses keys that Nix would cut, treat as a comment, or refuse", () => {
  for (const key of ["", " ", "a b", "a\tb", " a", "a=b", "#a", "a#b", "a\rb"])
    assert.throws(
      () => nixConf({ [key]: "x" }),
      (error) =>
        hasCode(error, "INVALID_NIX_CONF") &&
        error.message.startsWith(`nixConf: the key ${JSON.stringify(key)} `),
    );
  assert.deepEqual(added({ "extra-x": 1, "trusted-public-keys": "a=b #c" }), [
    "extra-x = 1",
    "trusted-public-keys = a=b #c",
  ]);
});

test("refuses newlines and numbers that are no safe integers, all at once", () => {
  assert.throws(
    () => nixConf({ "a\nb": "x", c: "x\ny", d: ["fine", "x\n"], e: 0.5, f: 2 ** 53 }),
    (error) => {
      assert.ok(hasCode(error, "INVALID_NIX_CONF"));
      for (const key of ['"a\\nb"', '"c"', '"d"', '"e"', '"f"'])
        assert.ok(error.message.includes(key), `${key} in: ${error.message}`);
      return true;
    },
  );
});

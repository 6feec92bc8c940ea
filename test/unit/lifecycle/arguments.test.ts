import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { parseArguments, wireArguments } from "../../../provider/lifecycle/arguments.ts";
import { PREVIEW_OUTPUTS, UNKNOWN } from "../../../provider/lifecycle/unknown.ts";
import { LixImageInputs } from "../../../sdk/args.ts";

/** All that is said against the arguments; what makes the rest meaningless is thrown. */
function mistakesOf(news: Record<string, unknown>): string {
  try {
    const { mistakes } = parseArguments({ registry: "ghcr.io/acme", ...news });
    return mistakes.map(render).join("\n");
  } catch (error) {
    return render(error);
  }
}

test("defaults are applied, and what is ours or an output is not an argument", () => {
  const outputs = Object.fromEntries(PREVIEW_OUTPUTS.map((name) => [name, "stale"]));
  const news = { ...outputs, layers: [], drift: [], __provider: "x", __dryRun: true };
  const { args, mistakes, unknown, dryRun } = parseArguments(news);
  assert.deepEqual(args, LixImageInputs.parse({}));
  assert.deepEqual(mistakes, []);
  assert.equal(unknown.size, 0);
  assert.equal(dryRun, true);
  assert.equal(parseArguments({ __dryRun: "true" }).dryRun, false);
});

test("unknowns go through, and have no say in what is wrong", () => {
  const checked = parseArguments({ registry: UNKNOWN, maxLayers: UNKNOWN, tag: "v1" });
  assert.deepEqual(checked.mistakes, []);
  assert.deepEqual([...checked.unknown], ["registry", "maxLayers"]);
  const wire = wireArguments(checked);
  assert.equal(wire["registry"], UNKNOWN);
  assert.equal(wire["maxLayers"], UNKNOWN);
  assert.equal(wire["tag"], "v1");
});

for (const [news, says] of [
  [{ maxLayers: 0 }, /^maxLayers: .*>=1/],
  [{ maxLayers: 1.5 }, /^maxLayers: .*int/],
  [{ extraPkgs: ["jq", 7] }, /^extraPkgs\[1\]: .*string/],
  [{ extraPkgs: "jq" }, /^extraPkgs: .*array/],
  [{ nixConf: { a: 1.5 } }, /^nixConf\.a: expected string or int or boolean or array/],
  [{ nixConf: { a: null } }, /^nixConf\.a: expected string or .*boolean or array/],
  [{ compression: "lz4" }, /^compression: expected one of "gzip"\|"zstd" or object/],
  [{ compression: { algorithm: "gzip", level: 10 } }, /^compression\.level: .*<=9/],
  [{ archives: [{ type: "oci-layout", path: "x", mode: 1 }] }, /^archives\[0\]\.mode: unknown/],
  [{ extraPkg: [] }, /^extraPkg: unknown argument/],
  [{ lock: "" }, /lock/],
] as const)
  test(`says where ${JSON.stringify(news)} is wrong`, () => {
    const said = mistakesOf(news);
    assert.match(said, says);
    assert.match(said, /\[INVALID_ARGUMENT\]/);
  });

test("values are not repeated: they may be secret", () => {
  const secret = "hunter2";
  for (const news of [{ maxLayers: secret }, { nixConf: { a: { secret } } }, { systems: secret }])
    assert.doesNotMatch(mistakesOf(news), /hunter2/);
});

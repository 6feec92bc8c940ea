import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { render } from "../../../provider/base/errors.ts";
import { parseArguments, answeredArguments } from "../../../provider/arguments/parse-arguments.ts";
import { parseInputs } from "../../support/parse-inputs.ts";
import { PREVIEW_OUTPUTS, UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { JsonPath } from "../../../provider/arguments/json-path.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";

test("defaults are applied, and neither internal properties nor outputs are arguments", () => {
  const outputs = Object.fromEntries(PREVIEW_OUTPUTS.map((name) => [name, "stale"]));
  const news = { ...outputs, layers: [], drift: [], __provider: "x", __dryRun: true };
  const { args, mistakes, unknown, dryRun } = parseArguments(news);
  assert.deepEqual(args, LixImageInputs.parse({}));
  assert.deepEqual(mistakes, []);
  assert.equal(unknown.size, 0);
  assert.equal(dryRun, true);
  assert.equal(parseArguments({ __dryRun: "true" }).dryRun, false);
});

test("unknowns go through where they are, and have no say in what is wrong", () => {
  const given = {
    registry: UNKNOWN,
    maxLayers: UNKNOWN,
    extraTags: ["v1", UNKNOWN],
    archives: [{ type: "oci-layout", path: UNKNOWN }],
    nixConf: { cores: 4, substituters: [UNKNOWN] },
  };
  const checked = parseArguments({ ...given, tag: "v1" });
  assert.deepEqual(checked.mistakes, []);
  assert.deepEqual([...checked.unknown.keys()].sort(), Object.keys(given).sort());
  const known = answeredArguments(parseArguments({ tag: "v1" }));
  assert.deepEqual(answeredArguments(checked), { ...known, ...given });
});

test("what is wrong has a placeholder of its own, so that what is beside it is checked too", () => {
  const { args, mistakes } = parseArguments({
    extraPkgs: ["jq", 7],
    systems: ["x86_64-linux", 7, 7],
    nixConf: { cores: 4, a: null },
    compression: { algorithm: "lz4", level: 15 },
    archives: [{ type: "docker-archive" }, 7],
    nonsense: true,
  });
  assert.equal(mistakes.length, 8);
  assert.deepEqual(args.extraPkgs, ["jq", "nix"]);
  assert.equal(new Set(args.systems).size, 3);
  assert.equal(args.nixConf["cores"], 4);
  assert.deepEqual(
    args.archives.map(({ type }) => type),
    ["docker-archive", "oci-layout"],
  );
});

test("arguments that are not an object are one mistake", () => {
  for (const [given, got] of [
    [7, "7"],
    ["x", "a string"],
    [[1], "a list"],
    [null, "null"],
  ])
    assert.throws(
      () => parseInputs(given),
      (error) =>
        render(error) ===
        `arguments: expected an object of arguments; got ${got} [INVALID_ARGUMENT]`,
    );
});

test("every value of an argument is accepted or refused with an error of the catalogue, and unknown values are kept", () => {
  const value = fc.jsonValue().map((json) => sprinkled(json));
  const args = fc.dictionary(fc.constantFrom(...Object.keys(LixImageInputs.shape)), value);
  fc.assert(
    fc.property(args, (news) => {
      const checked = parseArguments(news);
      const wire = answeredArguments(checked);
      for (const mistake of checked.mistakes)
        assert.match(render(mistake), /^\w[^\n]*: (expected .*; got |unknown argument)/s);
      for (const place of checked.unknownPlaces) assert.equal(JsonPath.read(wire, place), UNKNOWN);
      assert.deepEqual(LixImageInputs.parse(checked.args), checked.args);
    }),
    { numRuns: 500 },
  );
});

/** With unknowns in place of some values. */
function sprinkled(json: unknown): unknown {
  if (json === true || json === "") return UNKNOWN;
  if (Array.isArray(json)) return json.map(sprinkled);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, sprinkled(item)]));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { IMAGE_OUTPUTS } from "../../../provider/arguments/argument.ts";
import { readInputs } from "../../../provider/arguments/parse-arguments.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { ARGUMENT_LIST } from "../../../provider/arguments/table.ts";
import { PREVIEW_OUTPUTS } from "../../../provider/arguments/unknown.ts";

test("diff sees a change of an argument where its outputs show one", () => {
  for (const [name, { outputs, diff }] of ARGUMENT_LIST) {
    if (diff === "planKey")
      for (const output of IMAGE_OUTPUTS) assert.ok(outputs.includes(output), `${name}: ${output}`);
    else assert.ok(!outputs.includes("planKey"), `${name} decides the planKey`);
    if (diff === "ignored") assert.deepEqual(outputs, [], name);
    else if (outputs.length === 0) assert.equal(typeof diff, "function", name);
  }
  for (const output of PREVIEW_OUTPUTS)
    assert.ok(
      ARGUMENT_LIST.some(([, { outputs }]) => outputs.includes(output)),
      `${output} follows from something`,
    );
});

test("an argument that a state of an earlier version lacks is equal to its default", () => {
  const defaults: Readonly<Record<string, unknown>> = LixImageInputs.parse({});
  for (const [name, { diff }] of ARGUMENT_LIST)
    if (typeof diff === "function")
      assert.deepEqual(diff(undefined, "/srv"), diff(defaults[name], "/srv"), name);
});

test("a wrong string is shown only where it cannot be a secret", () => {
  for (const [name, { isPublic }] of ARGUMENT_LIST) {
    const [mistake] = readInputs({ [name]: { secret: "hunter2" } }).mistakes;
    assert.doesNotMatch(String(mistake && render(mistake)), /hunter2/, name);
    if (isPublic !== true) continue;
    const [wrong] = readInputs({ [name]: "hunter2" }).mistakes;
    assert.match(render(wrong), new RegExp(`^${name}: expected .*; got "hunter2"`), name);
  }
  const [failure] = readInputs({ mirrorFailure: "ignore" }).mistakes;
  assert.match(render(failure), /^mirrorFailure: expected "error" or "warn"; got "ignore"/);
});

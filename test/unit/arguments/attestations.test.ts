import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { sbomFormats } from "../../../provider/arguments/entries/attestations.ts";
import { readInputs } from "../../../provider/arguments/parse-arguments.ts";

test("one format, a list of it, and a list in another order mean the same", () => {
  assert.deepEqual(sbomFormats("spdx"), sbomFormats(["spdx"]));
  assert.deepEqual(sbomFormats(["cyclonedx", "spdx", "spdx"]), ["spdx", "cyclonedx"]);
  for (const none of [undefined, [], null]) assert.deepEqual(sbomFormats(none), []);
});

test("a format that there is not is refused with those that there are", () => {
  const mistake = (sbom: unknown): string => render(readInputs({ sbom }).mistakes[0]);
  assert.match(
    mistake("spdx3"),
    /^sbom: expected "spdx" or "cyclonedx", or a list of them; got "spdx3"/,
  );
  assert.match(mistake(["spdx", "json"]), /^sbom\[1\]: expected "spdx" or "cyclonedx"; got "json"/);
  assert.match(mistake(true), /hint: name the format, such as sbom: "spdx"/);
});

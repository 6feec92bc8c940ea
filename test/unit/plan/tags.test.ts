import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { LixImageError, SeveralErrors } from "../../../provider/base/errors.ts";
import { checkTemplates, fillTags } from "../../../provider/plan/tags.ts";
import { hasCode } from "../../support/has-code.ts";

const FACTS = { version: "2.93.3", planKey: "f".repeat(64) };

test("placeholders are replaced, in order, and each tag occurs once", () => {
  const templates = ["latest", "{version}", "{major}", "v{major}-{planKey}", "2.93.3"];
  assert.deepEqual(fillTags(templates, FACTS), [
    "latest",
    "2.93.3",
    "2.93",
    `v2.93-${"f".repeat(64)}`,
  ]);
});

test("a version that is not a valid tag is turned into one", () => {
  const version = "2.94.0-pre20250101+abc";
  assert.deepEqual(fillTags(["{version}"], { ...FACTS, version }), ["2.94.0-pre20250101-abc"]);
});

test("every mistake is reported", () => {
  assert.throws(
    () => fillTags(["-x", "{commit}", "a/b", "fine"], FACTS),
    (error) => {
      assert.ok(error instanceof SeveralErrors);
      const codes = error.errors.map((each) => each instanceof LixImageError && each.code);
      assert.deepEqual(codes, ["INVALID_TAG", "UNKNOWN_PLACEHOLDER", "INVALID_TAG"]);
      return true;
    },
  );
});

test("a mistake names the argument that it is in", () => {
  for (const [templates, message] of [
    [["a/b"], 'tag: not a tag: "a/b"'],
    [["fine", "-x"], 'extraTags[0]: not a tag: "-x"'],
    [["fine", "fine", "{commit}"], "extraTags[1]: unknown placeholder {commit}"],
  ] as const)
    assert.throws(() => fillTags(templates, FACTS), { message });
});

test("a tag that no version can make valid is refused as written, others with their result", () => {
  assert.doesNotThrow(() => checkTemplates(["{version}", "v{major}-{planKey}"]));
  assert.throws(() => checkTemplates(["a", "{version}!"]), {
    message: 'extraTags[0]: not a tag: "{version}!"',
  });
  assert.doesNotThrow(() => checkTemplates(["{version}"]));
  assert.throws(() => fillTags(["{version}"], { ...FACTS, version: "2 beta" }), {
    message: 'tag "{version}": not a tag: "2 beta"',
  });
});

test("a tag without placeholders is taken as it is or refused, never changed", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes("{"));
      try {
        assert.deepEqual(fillTags([text], FACTS), [text]);
      } catch (error) {
        assert.ok(hasCode(error, "INVALID_TAG"), String(error));
      }
    }),
  );
});

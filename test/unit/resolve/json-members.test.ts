import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonMembers } from "../../../provider/resolve/json-members.ts";
import { collect } from "../../support/collect.ts";
import { inChunks } from "../../support/nar.ts";

const members = (text: string, path: string[], chunk = 7, wanted = (_: string) => true) =>
  collect(jsonMembers(inChunks(Buffer.from(text), chunk), { path, wanted }));

test("yields what JSON.parse gives, for every division into chunks", async () => {
  const anyObject = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 4 }));
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
      anyObject,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 2),
      async (around, object, chunk, indent) => {
        const whole = { before: around, packages: object, after: [around, { packages: 1 }] };
        const text = JSON.stringify(whole, undefined, indent);
        // Through text and back: -0 and lone surrogates do not survive JSON.
        const expected: object = JSON.parse(text).packages;
        assert.deepEqual(await members(text, ["packages"], chunk), Object.entries(expected));
      },
    ),
  );
});

test("yields only the members that are requested", async () => {
  const text = JSON.stringify({ packages: { curl: { a: [1] }, "a.b": "}", jq: {} }, version: "2" });
  assert.deepEqual(await members(text, ["packages"], 3, (key) => key !== "curl"), [
    ["a.b", "}"],
    ["jq", {}],
  ]);
});

test("stops reading when its reader does", async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"packages":{"curl":1');
    for (;;) {
      read += 1;
      yield Buffer.from(`,"p${read}":{"x":[]}`);
    }
  }
  for await (const [key, value] of jsonMembers(endless(), {
    path: ["packages"],
    wanted: (key) => key === "curl",
  })) {
    assert.deepEqual([key, value], ["curl", 1]);
    break;
  }
  assert.ok(read < 3);
});

for (const [what, text, message] of [
  ["a text that is cut off", '{"packages":{"curl":{"name":"c', /ends too early/],
  ["a text without the object", '{"version":"2"}', /no object \["packages"\]/],
  ["an array", '[{"packages":{}}]', /no object/],
  ["a wanted value that is no JSON", '{"packages":{"curl":{]}}', /is no value/],
  ["a web page", "<html><body>no robots</body></html>", /no object/],
] as const)
  test(`refuses ${what}`, async () => {
    await assert.rejects(members(text, ["packages"]), { code: "INVALID_JSON_STREAM", message });
  });

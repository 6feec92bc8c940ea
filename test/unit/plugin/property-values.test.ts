/** Property values, as they travel and as the code sees them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PropertyValues } from "../../../provider/plugin/property-values.ts";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = PropertyValues.secret;
const output = (rest: object) => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...rest });
const resource = (rest: object) => ({ [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", ...rest });

test("signatures come off at every depth", () => {
  const values = {
    text: secret("a"),
    nested: { list: [secret({ inner: secret(1) }), null, true] },
    known: output({ value: [2], secret: true, dependencies: ["urn"] }),
    unknown: output({ dependencies: [] }),
    image: resource({ urn: "urn:x", id: "registry/lix" }),
    pending: resource({ urn: "urn:x", id: "" }),
    component: resource({ urn: "urn:y" }),
  };
  assert.deepEqual(PropertyValues.plain(values), {
    text: "a",
    nested: { list: [{ inner: 1 }, null, true] },
    known: [2],
    unknown: UNKNOWN,
    image: "registry/lix",
    pending: UNKNOWN,
    component: "urn:y",
  });
});

test("the unknowns of all types are one", () => {
  const engines = [
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  ];
  assert.deepEqual(PropertyValues.plain({ all: [...engines, UNKNOWN] }), {
    all: Array.from({ length: 7 }, () => UNKNOWN),
  });
});

test("what is secret is so again under its name, as deep as both are objects", () => {
  const from = { a: secret(1), b: { c: secret(2), d: 3 }, list: [secret(4), 5], e: 6 };
  const to = { a: 1, b: { c: 2, d: 3 }, list: [4, 5], e: 6, other: 1 };
  assert.deepEqual(PropertyValues.withSecretsOf(from, to), {
    a: secret(1),
    b: { c: secret(2), d: 3 },
    list: secret([4, 5]),
    e: 6,
    other: 1,
  });
  const known = output({ value: "x", secret: true });
  assert.deepEqual(PropertyValues.withSecretsOf({ a: known }, { a: "x" }), { a: secret("x") });
});

test("a message is what it was written from", () => {
  const values = { a: [1, "é", null, { b: false }], c: secret("x") };
  assert.deepEqual(PropertyValues.read(PropertyValues.write(values)), values);
  assert.deepEqual(PropertyValues.read(undefined), {});
});

import assert from "node:assert/strict";
import { test } from "node:test";
import Ajv from "ajv";
import { z } from "zod";
import { argument, type Argument } from "../../../provider/arguments/argument.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { ARGUMENT_LIST } from "../../../provider/arguments/table.ts";
import { CONFIG } from "../../../provider/plugin/config.ts";
import { schemaText } from "../../../provider/plugin/schema.ts";
import { DeclaredOutputs } from "../../../provider/resource/declared-outputs.ts";
import type { Rules } from "../../support/reference/json-rules.ts";
import { argumentType, type TypeSpec, type Types } from "../../support/reference/plugin-types.ts";
import { readVectors } from "../../support/vectors.ts";

const schema = Object(JSON.parse(schemaText()));
const image = schema.resources["lix:index:LixImage"];

test("the schema is one that Pulumi reads", () => {
  // The validator knows an older dialect, which has every keyword that this one uses.
  const metaschema = { ...readVectors<object>("pulumi/metaschema"), $schema: undefined };
  const ajv = new Ajv({ unknownFormats: "ignore" });
  assert.ok(ajv.validate(metaschema, schema), ajv.errorsText());
  assert.ok(!ajv.validate(metaschema, { ...schema, name: "with a space" }), "it finds mistakes");
});

test("it has every argument, none of them required, and every output", () => {
  assert.deepEqual(
    Object.keys(image.inputProperties),
    ARGUMENT_LIST.map(([name]) => name),
  );
  assert.equal(image.requiredInputs, undefined);
  assert.deepEqual(Object.keys(image.properties).sort(), [...DeclaredOutputs.names].sort());
  assert.ok(!image.required.includes("layers"), "of several platforms there are none");
  assert.ok(image.required.includes("digest"));
});

test("what it fills in is what holds anyway", () => {
  const defaults: Readonly<Record<string, unknown>> = LixImageInputs.parse({});
  const filled = Object.entries<TypeSpec>(image.inputProperties).flatMap(([name, spec]) =>
    spec["default"] === undefined ? [] : [[name, spec["default"]]],
  );
  assert.ok(filled.length > 5);
  for (const [name, value] of filled) assert.deepEqual(value, defaults[String(name)], String(name));
});

test("everything in it is described, and every type that it names is there", () => {
  const properties = objectsIn(schema).flatMap((each) =>
    Object.entries({ ...Object(each["properties"]), ...Object(each["inputProperties"]) }),
  );
  assert.ok(properties.length > 50);
  for (const [name, spec] of properties) assert.ok(Object(spec).description, name);
  const named = objectsIn(schema).flatMap(({ $ref }) => ($ref === undefined ? [] : String($ref)));
  for (const name of new Set(named)) {
    const [, token = ""] = /^#\/types\/(.*)$/.exec(name) ?? [];
    assert.ok(name === "pulumi.json#/Any" || token in schema.types, name);
  }
  for (const token of Object.keys(schema.types))
    assert.ok(named.includes(`#/types/${token}`), token);
});

test("no union has a name or more than two cases, which SDKs cannot express", () => {
  const unions = objectsIn(schema).flatMap(({ oneOf }) => (oneOf === undefined ? [] : [oneOf]));
  assert.ok(unions.length > 2);
  for (const union of unions) assert.equal(Object(union).length, 2, JSON.stringify(union));
  for (const type of Object.values(schema.types)) assert.equal(Object(type).oneOf, undefined);
});

test("compression has its object form alone, and nix.conf takes any value", () => {
  assert.equal(image.inputProperties.compression.$ref, "#/types/lix:index:Compression");
  assert.equal(image.inputProperties.compression.default, undefined);
  const { additionalProperties } = image.inputProperties.nixConf;
  assert.deepEqual(additionalProperties, { $ref: "pulumi.json#/Any" });
});

test("the provider has its configuration, which is also that of a stack", () => {
  assert.deepEqual(Object.keys(schema.provider.inputProperties), Object.keys(CONFIG));
  assert.deepEqual(schema.config.variables, schema.provider.inputProperties);
});

test("a stack can move from the dynamic provider", () => {
  assert.deepEqual(image.aliases, [{ type: "pulumi-nodejs:dynamic/lix:LixImage" }]);
});

const word = z.enum(["a", "b"]);
const ENUM = { $ref: "#/types/lix:index:Made" };

/** Kinds of values that an argument may get, whether or not one has it today. */
for (const [sentence, rules, type] of [
  ["a text that may be null is a text", z.string().nullable(), { type: "string" }],
  ["true alone is a boolean", z.literal(true), { type: "boolean" }],
  ["a single word is a text", z.literal("any"), { type: "string" }],
  ["one of several words is an enum", word, ENUM],
  ["words that are listed one by one are an enum", z.union([z.literal("a"), z.literal("b")]), ENUM],
  ["a word or any other text is a text", z.union([word, z.string()]), { type: "string" }],
  [
    "a word or a list of them is a union",
    z.union([word, z.array(word)]),
    { oneOf: [ENUM, { type: "array", items: ENUM }] },
  ],
  ["a whole number that fits 32 bits is an integer", z.int().max(2 ** 31 - 1), { type: "integer" }],
  ["a larger one is a number", z.int(), { type: "number" }],
  [
    "one of three kinds is anything",
    z.union([z.string(), z.int(), z.boolean()]),
    { $ref: "pulumi.json#/Any" },
  ],
  [
    "a word that is short for an object is that object",
    z.union([word, z.strictObject({ of: word })]),
    ENUM,
  ],
  [
    "one of two objects is an object with the properties of both",
    z.union([z.strictObject({ file: z.string() }), z.strictObject({ env: z.string() })]),
    ENUM,
  ],
] as const)
  test(sentence, () => {
    const types: Types = new Map();
    assert.deepEqual(typeOf(rules, types), type);
  });

test("of several objects, a property is required that all require", () => {
  const types: Types = new Map();
  const [file, env] = [
    z.strictObject({ of: word, file: z.string() }),
    z.strictObject({ of: word }),
  ];
  typeOf(z.union([file, env]), types);
  assert.deepEqual(types.get("lix:index:Made")?.["required"], ["of"]);
});

function typeOf(rules: z.ZodType, types: Types): TypeSpec {
  const entry: Argument = argument({
    schema: rules,
    type: "",
    doc: "",
    expected: "",
    outputs: [],
    isPublished: false,
    diff: "ignored",
  });
  return argumentType("made", entry, z.toJSONSchema(rules, { io: "input" }) as Rules, types);
}

/** All objects at any depth. */
function objectsIn(value: unknown): Readonly<Record<string, unknown>>[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [Object(value), ...inner];
}

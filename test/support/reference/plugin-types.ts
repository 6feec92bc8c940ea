/** Types of the plugin's schema, out of the table of arguments and the outputs' interfaces. @module */
import type { Argument, InnerPart } from "../../../provider/arguments/argument.ts";
import type { DocumentedMember, DocumentedType } from "./doc-comments.ts";
import { formsOf, plainDefault, wordsOf, type Rules } from "./json-rules.ts";

/** @see https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/schema/ */
export type TypeSpec = Readonly<Record<string, unknown>>;
/** By their tokens. */
export type Types = Map<string, TypeSpec>;

export const TYPE_PREFIX = "lix:index:";
/** Pulumi reads "integer" into 32 bits in .NET and Java. */
const MAX_INTEGER = 2 ** 31 - 1;
const ANY: TypeSpec = { $ref: "pulumi.json#/Any" };

/** A value in the arguments. */
interface Place {
  /** Of a type that stands here and has no name in the SDK. */
  readonly name: string;
  /** Below its argument, as the keys of `parts`. */
  readonly path: string;
  readonly parts: ReadonlyMap<string, InnerPart>;
}

/** An argument's type; those that it needs are added to `types`. */
export const argumentType = (name: string, entry: Argument, rules: Rules, types: Types): TypeSpec =>
  typeOf(
    rules,
    {
      name: capitalised(name),
      path: "",
      parts: new Map<string, InnerPart>([["", entry], ...Object.entries(entry.parts ?? {})]),
    },
    types,
  );

function typeOf(rules: Rules, place: Place, types: Types): TypeSpec {
  const [only, ...others] = formsOf(rules).map((form) => () => formType(form, place, types));
  if (only === undefined || others.length > 1) return ANY;
  // .NET has no union of three, and none may have a name: pulumi/pulumi#6047, #14674.
  return others.length === 0 ? only() : { oneOf: [only, ...others].map((make) => make()) };
}

function formType(form: Rules, place: Place, types: Types): TypeSpec {
  if (form.type === "array")
    return { type: "array", items: typeOf(form.items ?? {}, below(place, "[]"), types) };
  if (form.properties !== undefined) return objectType(form, place, types);
  if (form.type === "object") {
    const { additionalProperties: values = {} } = form;
    const inner = typeof values === "boolean" ? {} : values;
    return { type: "object", additionalProperties: typeOf(inner, below(place, ".*"), types) };
  }
  if (form.type === "integer")
    return { type: (form.maximum ?? Infinity) <= MAX_INTEGER ? "integer" : "number" };
  return form.enum === undefined ? { type: form.type } : enumType(form, place, types);
}

function objectType(form: Rules, place: Place, types: Types): TypeSpec {
  const part = place.parts.get(place.path);
  const name = part?.interface ?? place.name;
  const { properties = {}, required = [] } = form;
  const specs = Object.entries(properties).map(([field, rules]) => {
    const inner = { ...below(place, `.${field}`), name: name + capitalised(field) };
    const { doc = "", default: fallback } = place.parts.get(inner.path) ?? {};
    return [
      field,
      property(typeOf(rules, inner, types), doc, fallback, plainDefault(rules)),
    ] as const;
  });
  return named(types, name, {
    ...(part?.doc === undefined || place.path === "" ? {} : { description: markdown(part.doc) }),
    type: "object",
    properties: Object.fromEntries(specs),
    ...(required.length === 0 ? {} : { required }),
  });
}

const enumType = (form: Rules, place: Place, types: Types): TypeSpec =>
  named(types, place.name, {
    type: "string",
    enum: wordsOf(form).map((value) => ({
      name: value.split(/\W+/).map(capitalised).join(""),
      value,
    })),
  });

const below = (place: Place, step: string): Place => ({ ...place, path: place.path + step });

/** @param fallback the default in words. @param value which an SDK fills in. */
export function property(type: TypeSpec, doc: string, fallback?: string, value?: unknown) {
  const stated = fallback === undefined ? "" : ` Default: ${fallback}.`;
  return {
    ...type,
    description: markdown(doc + stated),
    ...(value === undefined ? {} : { default: value }),
  };
}

/** An interface of the outputs. The command line has more in some. */
export function addOutputType({ name, comment, members }: DocumentedType, types: Types): void {
  const ofResource = members.filter(({ comment: text }) => !/Only the command line has/.test(text));
  const type = { description: comment, type: "object", ...outputProperties(ofResource) };
  named(types, plainName(name), type);
}

/** Properties that are read, and which of them are always there. */
export const outputProperties = (members: readonly DocumentedMember[]) => ({
  properties: Object.fromEntries(
    members.map(({ name, type, comment }) => [name, { ...outputType(type), description: comment }]),
  ),
  required: members.flatMap(({ name, isOptional }) => (isOptional ? [] : name)),
});

function outputType(type: string): TypeSpec {
  const [, item] = /^(.*)\[\]$/.exec(type) ?? [];
  if (item !== undefined) return { type: "array", items: outputType(item) };
  const [, values] = /^Record<string, (.*)>$/.exec(type) ?? [];
  if (values !== undefined) return { type: "object", additionalProperties: outputType(values) };
  return /^[A-Z]/.test(type) ? reference(plainName(type)) : { type };
}

/** Go adds "Output" to each name. */
const plainName = (name: string): string => name.replace(/Output$/, "");

function named(types: Types, name: string, type: TypeSpec): TypeSpec {
  types.set(TYPE_PREFIX + name, type);
  return reference(name);
}

const reference = (name: string): TypeSpec => ({ $ref: `#/types/${TYPE_PREFIX}${name}` });

const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** Links between pages of docs/ lead nowhere from an SDK. */
const markdown = (text: string): string =>
  text.replace(/\[([^\]]+)\]\(([\w-]+\.md)(?:#[\w-]+)?\)/g, "$1 in docs/$2");

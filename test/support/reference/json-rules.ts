/** What zod's JSON schema says of a value, reduced to what the schema of a Pulumi package can say. @module */

/** The part of a JSON schema that we read. */
export interface Rules {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Rules;
  readonly properties?: Readonly<Record<string, Rules>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Rules | boolean;
  readonly anyOf?: readonly Rules[];
  readonly oneOf?: readonly Rules[];
}

/**
 * The forms that a value may have. Null is none of them, because every property of a Pulumi schema may be left
 * out. Objects are joined into one, and so are texts. A word is left out where it is short for an object that has
 * it as a property: without a union, Go has a type for it and the editor completes it.
 */
export function formsOf(rules: Rules): readonly Rules[] {
  const all = alternatives(rules).filter(({ type }) => type !== "null");
  const objects = all.filter(isObject);
  const texts = all.filter(({ type }) => type === "string");
  const integers = all.filter(({ type }) => type === "integer");
  const forms = [
    ...(texts.length === 0 ? [] : [joinTexts(texts)]),
    ...(integers.length === 0 ? [] : [joinIntegers(integers)]),
    ...(objects.length === 0 ? [] : [joinObjects(objects)]),
    ...all.filter((form) => ![...objects, ...texts, ...integers].includes(form)),
  ];
  return forms.filter((form) => !forms.some((longer) => isShortFor(form, longer)));
}

/** The words of an enum. */
export const wordsOf = ({ enum: words = [] }: Rules): readonly string[] => words.map(String);

/** The default, where it is something that an SDK can fill in. */
export function plainDefault(rules: Rules): unknown {
  const isPlain = ["string", "number", "boolean"].includes(typeof rules.default);
  return isPlain && !formsOf(rules).some(isObject) ? rules.default : undefined;
}

function alternatives(rules: Rules): readonly Rules[] {
  const { type } = rules;
  if (typeof type === "object") return type.map((each) => ({ ...rules, type: each }));
  return (rules.anyOf ?? rules.oneOf)?.flatMap(alternatives) ?? [rules];
}

const isObject = (rules: Rules): boolean => rules.properties !== undefined;

function isShortFor(form: Rules, { properties = {} }: Rules): boolean {
  const words = wordsOf(form).join();
  const isThose = (other: Rules): boolean => wordsOf(other).join() === words;
  return words !== "" && Object.values(properties).some((each) => formsOf(each).some(isThose));
}

/** A single word is no enum: it stands for itself in a union with something else. */
function joinTexts(texts: readonly Rules[]): Rules {
  const words = texts.flatMap(
    (text) => text.enum ?? (text.const === undefined ? [] : [text.const]),
  );
  const areWords = texts.every((text) => (text.enum ?? text.const) !== undefined);
  return { type: "string", ...(areWords && words.length > 1 ? { enum: [...new Set(words)] } : {}) };
}

const joinIntegers = (integers: readonly Rules[]): Rules => ({
  type: "integer",
  maximum: Math.max(...integers.map(({ maximum }) => maximum ?? Infinity)),
});

/** A property is required when it is required in all of them. */
function joinObjects(objects: readonly Rules[]): Rules {
  const names = new Set(objects.flatMap(({ properties }) => Object.keys(properties ?? {})));
  const joined = [...names].map((name): [string, Rules] => {
    const each = objects.flatMap(({ properties }) => properties?.[name] ?? []);
    const [only] = each;
    return [name, only !== undefined && each.length === 1 ? only : { anyOf: each }];
  });
  return {
    type: "object",
    properties: Object.fromEntries(joined),
    required: [...names].filter((name) =>
      objects.every(({ required = [] }) => required.includes(name)),
    ),
  };
}

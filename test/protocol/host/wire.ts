/**
 * Property values as they travel between program, engine and provider: JSON, in which unknowns,
 * secrets and references to resources are marked by signatures.
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts
 * @module
 */
import struct from "google-protobuf/google/protobuf/struct_pb.js";

export type Value = null | boolean | number | string | readonly Value[] | Properties;
export interface Properties {
  readonly [key: string]: Value;
}

/** Stands for a value that a preview cannot know, whatever its type and at any depth. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The key that makes an object something else than an object. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

export const Properties = {
  /** Fails on `undefined`, as the SDK does: "Unexpected struct type". */
  toStruct: (properties: Properties): struct.Struct =>
    struct.Struct.fromJavaScript(properties as Parameters<typeof struct.Struct.fromJavaScript>[0]),
  fromStruct: (message: struct.Struct | undefined): Properties =>
    (message?.toJavaScript() ?? {}) as Properties,
  /** What a provider without acceptSecrets and acceptResources gets to see. */
  plain: (properties: Properties): Properties => mapValues(properties, plain),
};

export const isObject = (value: Value | undefined): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const secret = (value: Value): Properties => ({ [SIGNATURE]: SECRET, value });

export const isSecret = (value: Value | undefined): value is Properties =>
  isObject(value) && value[SIGNATURE] === SECRET;

export function contains(value: Value, wanted: (value: Value) => boolean): boolean {
  if (wanted(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((inner: Value) => contains(inner, wanted));
}

/**
 * Marks in `to` what is secret in `from`, under the same keys: so the engine protects the outputs of a
 * provider that knows no secrets. An output under another key stays readable.
 */
export function copySecrets(from: Properties, to: Properties): Properties {
  return mapValues(to, (value, key) => {
    const model = from[key];
    if (model === undefined || isSecret(value)) return value;
    if (isObject(model) && isObject(value) && !isSecret(model)) return copySecrets(model, value);
    return contains(model, isSecret) ? secret(value) : value;
  });
}

/** `additionalSecretOutputs`. */
export const hideKeys = (properties: Properties, keys: readonly string[]): Properties =>
  mapValues(properties, (value, key) =>
    keys.includes(key) && !isSecret(value) ? secret(value) : value,
  );

export function mapValues(
  properties: Properties,
  change: (value: Value, key: string) => Value,
): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, change(value, key)]),
  );
}

function plain(value: Value): Value {
  if (isSecret(value)) return plain(value["value"] ?? null);
  if (isObject(value)) {
    return value[SIGNATURE] === RESOURCE ? resourceId(value) : mapValues(value, plain);
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

/** A custom resource is its id, empty as long as it has none; a component is its URN. */
function resourceId(reference: Properties): Value {
  const id = reference["id"] ?? reference["urn"] ?? null;
  return id === "" ? UNKNOWN : plain(id);
}

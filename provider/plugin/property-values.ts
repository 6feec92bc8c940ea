/**
 * Property values as the engine sends them: JSON, in which an object with a signature is a secret, an unknown
 * with its dependencies, a reference to a resource, or a file.
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
 * @module
 */
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { JsonPath } from "../arguments/json-path.ts";
import { UNKNOWN } from "../arguments/unknown-value.ts";
import { toPropertyMap, type PropertyMap } from "../resource/property-map.ts";

/** With signatures, as they travel. */
export type SignedValues = Readonly<Record<string, unknown>>;

// sdk/go/common/resource/sig: the key, and what its value says.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

/** The engine has one for each type. */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

type StructInput = Parameters<typeof struct.Struct.fromJavaScript>[0];

export const PropertyValues = {
  read: (message: struct.Struct | undefined): SignedValues => message?.toJavaScript() ?? {},

  write: (values: PropertyMap): struct.Struct =>
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- toPropertyMap answers JSON
    struct.Struct.fromJavaScript(toPropertyMap(values) as StructInput),

  /** Without signatures; an unknown is {@link UNKNOWN}. */
  plain: (values: SignedValues): PropertyMap => mapValues(values, plain),

  /** The places of files and of texts that are no UTF-8: no argument takes them. */
  foreign: (values: SignedValues): JsonPath[] => foreignPlaces(values),

  /** Marks as secret in `to` what is secret in `from` under the same name, as the engine does for plain providers. */
  withSecretsOf: (from: SignedValues, to: PropertyMap): PropertyMap =>
    mapValues(to, (value, name) => marked(from[name], value)),

  hasSecret,

  secret: (value: unknown): PropertyMap => ({ [SIGNATURE]: SECRET, value }),
};

function plain(value: unknown): unknown {
  if (UNKNOWNS.has(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  switch (value[SIGNATURE]) {
    case undefined:
      return mapValues(value, plain);
    case SECRET:
      return plain(value["value"]);
    case OUTPUT:
      return "value" in value ? plain(value["value"]) : UNKNOWN;
    case RESOURCE:
      return resourceId(value);
    default:
      return UNKNOWN;
  }
}

/** A custom resource is its id, which is empty as long as it has none; a component is its URN. */
function resourceId(reference: SignedValues): unknown {
  const id = reference["id"] ?? reference["urn"];
  return id === "" ? UNKNOWN : plain(id);
}

function foreignPlaces(value: unknown): JsonPath[] {
  if (!isObject(value) && !Array.isArray(value)) return [];
  if (isObject(value)) {
    const signature = value[SIGNATURE];
    if (signature === SECRET || signature === OUTPUT) return foreignPlaces(value["value"]);
    if (signature === RESOURCE) return [];
    if (signature !== undefined) return [[]];
  }
  const items: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return items.flatMap(([key, item]) => foreignPlaces(item).map((place) => [key, ...place]));
}

function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  if (!isObject(value)) return false;
  return (
    value[SIGNATURE] === SECRET ||
    (value["secret"] === true && value[SIGNATURE] === OUTPUT) ||
    Object.values(value).some(hasSecret)
  );
}

function marked(from: unknown, to: unknown): unknown {
  if (!hasSecret(from)) return to;
  const inner = isObject(from) && from[SIGNATURE] === undefined && isObject(to);
  return inner ? PropertyValues.withSecretsOf(from, to) : PropertyValues.secret(to);
}

const isObject = (value: unknown): value is SignedValues =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const mapValues = (
  values: SignedValues,
  change: (value: unknown, name: string) => unknown,
): PropertyMap =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));

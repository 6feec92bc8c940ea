/**
 * JSON as Go's `json.Marshal` writes it, so that a config's bytes are nix2container's: fields in the
 * order of the struct, maps sorted, HTML's special characters escaped.
 * @see https://pkg.go.dev/encoding/json#Marshal
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";

/** An object is a struct: its keys stay in order. A Map is a map: its keys are sorted. */
export type GoValue =
  | string
  | number
  | readonly GoValue[]
  | ReadonlyMap<string, GoValue>
  | { readonly [field: string]: GoValue | undefined };

/** Undefined fields are left out, as those with `omitempty` are. */
export function goJson(value: GoValue): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return goString(value);
  if (isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (isMap(value)) return goObject([...value].sort(([a], [b]) => compareUtf8(a, b)));
  return goObject(Object.entries(value));
}

/** A map in Go's sense from a record; empty ones are left out, as `omitempty` does. */
export function goMap(
  record: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> | undefined {
  const entries = Object.entries(record);
  return entries.length === 0 ? undefined : new Map(entries);
}

function goObject(entries: readonly (readonly [string, GoValue | undefined])[]): string {
  const fields = entries.flatMap(([key, value]) =>
    value === undefined ? [] : [`${goString(key)}:${goJson(value)}`],
  );
  return `{${fields.join(",")}}`;
}

/** The rest of the escapes is the same in both languages. Half a surrogate pair is U+FFFD in Go. */
function goString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const compareUtf8 = (a: string, b: string): number =>
  ByteString.compare(ByteString.fromText(a), ByteString.fromText(b));
const isArray = (value: object): value is readonly GoValue[] => Array.isArray(value);
const isMap = (value: object): value is ReadonlyMap<string, GoValue> => value instanceof Map;

/** Texts that an image cannot hold, because they are not valid Unicode. @module */
import { InvalidArgument } from "../plan/invalid-argument.ts";
import { JsonPath } from "./json-path.ts";
import type { SchemaMistake } from "./validate-schema.ts";

/** Half of a surrogate pair, in a string or a key at any depth: as UTF-8 it would become U+FFFD. */
export function textMistakes(value: unknown, place: JsonPath = []): SchemaMistake[] {
  if (typeof value === "string") return value.isWellFormed() ? [] : [mistakeAt(place, "text")];
  if (typeof value !== "object" || value === null) return [];
  const items: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return items.flatMap(([key, item]) => {
    const at = [...place, key];
    const isBroken = typeof key === "string" && !key.isWellFormed();
    return isBroken ? [mistakeAt(at, "key")] : textMistakes(item, at);
  });
}

const mistakeAt = (place: JsonPath, what: "text" | "key"): SchemaMistake => ({
  place,
  error: InvalidArgument.expected(
    JsonPath.format(place),
    `a ${what} in Unicode`,
    "half of a surrogate pair",
    'JavaScript cuts an emoji in two when it counts UTF-16 units; this counts characters: [...text].slice(0, 50).join("")',
  ),
});

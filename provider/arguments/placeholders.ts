/**
 * Placeholders for parts of the arguments that are unknown or wrong, so that everything else is checked
 * all the same.
 * @module
 */
import type { Given } from "./argument.ts";
import { JsonPath } from "./json-path.ts";
import { partAt } from "./parts.ts";

/** `given` with placeholders at these places; what has none is left out. */
export const withPlaceholders = (given: Given, places: readonly JsonPath[]): Given =>
  places.reduce<Given>(
    (made, place) => Object(JsonPath.write(made, place, partAt(place)?.placeholder?.(made, place))),
    given,
  );

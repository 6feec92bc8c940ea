/** Where in the arguments something stands: `archives[0].path`. @module */

export type JsonPath = readonly (string | number)[];

export const JsonPath = {
  format(place: JsonPath): string {
    const [first, ...rest] = place;
    return rest.reduce<string>(
      (text, key) => {
        if (typeof key === "number") return `${text}[${key}]`;
        return PLAIN.test(key) ? `${text}.${key}` : `${text}[${JSON.stringify(key)}]`;
      },
      String(first ?? "arguments"),
    );
  },

  /** What stands there; undefined where nothing does. */
  read(from: unknown, place: JsonPath): unknown {
    return place.reduce((value, key) => Object(value)[key] as unknown, from);
  },

  /** A copy with `value` there; undefined leaves the property out. */
  write(into: unknown, [key, ...rest]: JsonPath, value: unknown): unknown {
    if (key === undefined) return value;
    const inner = JsonPath.write(JsonPath.read(into, [key]), rest, value);
    if (Array.isArray(into)) return into.map((item: unknown, at) => (at === key ? inner : item));
    const others = Object.entries(Object(into)).filter(([name]) => name !== key);
    return Object.fromEntries(inner === undefined ? others : [...others, [key, inner]]);
  },
};

const PLAIN = /^[A-Za-z0-9_-]+$/;

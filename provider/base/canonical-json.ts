/** JSON that is hashed or written to a lock: keys sorted by UTF-16 code unit, no undefined. @module */

/** Any JSON value; properties that are `undefined` are left out. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Compact JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: Json): Json {
  if (value === null || typeof value !== "object") {
    // JSON.stringify would write NaN and Infinity as null.
    if (typeof value === "number" && !Number.isFinite(value))
      throw new RangeError(`expected a finite number; got ${value}`);
    return value;
  }
  if (isArray(value)) return value.map(sorted);
  // A null prototype, because the key may be "__proto__".
  const out: Record<string, Json> = Object.create(null);
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item !== undefined) out[key] = sorted(item);
  }
  return out;
}

const isArray = (value: object): value is readonly Json[] => Array.isArray(value);

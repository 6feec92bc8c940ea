/**
 * What the engine and this provider pass to each other. An `undefined`, a Date or a BigInt anywhere in an
 * answer makes it fail *after* the side effect: the image is pushed and the resource is not in state. So every
 * answer passes through `toPropertyMap`. Inside, everything is typed: `CheckedInputs` and `Recorded` read these
 * maps.
 * @module
 */
import { lixError } from "../errors/lix-error.ts";

export type PropertyMap = Readonly<Record<string, unknown>>;

/** Plain JSON values only; undefined properties are dropped. */
export function toPropertyMap(value: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plain(item, key)]),
  );
}

function plain(value: unknown, where: string): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, index) => plain(item, `${where}[${index}]`));
  if (typeof value === "object" && isPlain(value)) return toPropertyMap({ ...value });
  throw lixError("NOT_ON_THE_WIRE", { place: where });
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

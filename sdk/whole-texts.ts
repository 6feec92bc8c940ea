/**
 * Texts that would not reach the provider as they are. JavaScript's strings may hold half of a surrogate pair,
 * for instance when a text is cut in the middle of an emoji, and Pulumi's protocol leaves that half out silently.
 * @module
 */
import { Output, RunError } from "@pulumi/pulumi";

/**
 * The same arguments. Throws where a text is not whole; an Output fails once it is known.
 * @param path where in the arguments `value` stands; "" for all of them.
 */
export function requireWholeTexts<T>(value: T, path?: string): T;
export function requireWholeTexts(value: unknown, path = ""): unknown {
  if (typeof value === "string") return requireWhole(value, path);
  if (typeof value !== "object" || value === null) return value;
  if (Output.isInstance(value)) return value.apply((known) => requireWholeTexts(known, path));
  if (value instanceof Promise) return value.then((known) => requireWholeTexts(known, path));
  if (Array.isArray(value))
    return value.map((item, index) => requireWholeTexts(item, `${path}[${index}]`));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isName = /^\w+$/.test(key);
      const inside = isName ? `${path === "" ? "" : "."}${key}` : `[${JSON.stringify(key)}]`;
      const at = `${path}${inside}`;
      return [requireWhole(key, at), requireWholeTexts(item, at)];
    }),
  );
}

function requireWhole(text: string, path: string): string {
  if (text.isWellFormed()) return text;
  // It ends the program with this message and no stack trace.
  throw new RunError(
    `${path}: expected a text in Unicode; got half of a surrogate pair [INVALID_ARGUMENT]\n` +
      '  hint: JavaScript cuts an emoji in two when it counts UTF-16 units; this counts characters: [...text].slice(0, 50).join("")',
  );
}

import type { z } from "zod";

const SHOWN = 10;

/** What a schema finds wrong in a document from outside, as one line: `.layers[2].size: expected number`. */
export function schemaProblems({ issues }: z.ZodError): string {
  const shown = issues.slice(0, SHOWN).map(({ path, message }) => {
    const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
    return place.length === 0 ? message : `${place.join("")}: ${message}`;
  });
  const more = issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

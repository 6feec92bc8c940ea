import type { z } from "zod";

/** JSON of this shape; undefined for everything else. Nothing is quoted, because it may hold a secret. */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.output<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

import type { z } from "zod";
import { jsonIn } from "../base/json.ts";

/** JSON of this shape; undefined for everything else. Nothing is quoted, because it may hold a secret. */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.output<Schema> | undefined {
  return schema.safeParse(jsonIn(text)).data;
}

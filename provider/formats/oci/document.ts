/** What the JSON documents of other people's images have in common. @module */
import { z } from "zod";
import { BudgetExceeded } from "../../base/budgets.ts";
import { parseJson } from "../../base/json.ts";
import { schemaProblems } from "../../base/schema-problems.ts";
import { lixError } from "../../errors/lix-error.ts";
import { DiffId, Digest, InvalidDigest } from "./digest.ts";

export const digest = z.string().transform(branded(Digest.parse));
export const diffId = z.string().transform(branded(DiffId.parse));
export const size = z.int().min(0);
export const annotations = z.record(z.string(), z.string());

/** Parses and checks; unknown fields are allowed, as the spec demands. */
export function parseDocument<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  let json: unknown;
  try {
    json = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), what);
  } catch (error) {
    if (error instanceof BudgetExceeded) throw error;
    throw lixError("MALFORMED_DOCUMENT", { what, problem: "not JSON" }, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw lixError("MALFORMED_DOCUMENT", { what, problem: schemaProblems(parsed.error) });
  return parsed.data;
}

function branded<T>(parse: (text: string) => T) {
  return (text: string, context: z.RefinementCtx): T => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof InvalidDigest)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  };
}

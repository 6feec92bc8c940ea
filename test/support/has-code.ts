/** Whether an error is the one of the catalogue, or the class, with this code. @module */
import { LixImageError } from "../../provider/base/errors.ts";

export const hasCode = (error: unknown, code: string): error is LixImageError =>
  error instanceof LixImageError && error.code === code;

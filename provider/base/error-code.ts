/** The code of an error of the operating system, such as ENOENT. @module */

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;

export const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes(codeOf(error) ?? "");

/** No such file, or no folder where its path goes through one. */
export const isMissing = (error: unknown): boolean => isCode(error, "ENOENT", "ENOTDIR");

/** The result of reading a file; undefined if there is no such file. */
export async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

import { readFileSync } from "node:fs";

/** `test/vectors/<path>.json`; `SOURCE.md` beside it says where it comes from and how to read it. */
export function readVectors<T>(path: string): T {
  const file = new URL(`../vectors/${path}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

/**
 * Keys of checks and diffs of an unchanged image. The same values have the same result, so an operation whose
 * key `image/unchanged-notes.ts` has needs neither a plan nor the code that makes one.
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { canonicalJson, type Json } from "../base/canonical-json.ts";
import { sha256Hex } from "../base/sha256.ts";
import { cacheFolder } from "../image/folder.ts";
import { unchangedNotes } from "../image/unchanged-notes.ts";
import type { PropertyMap } from "./property-map.ts";

/** Arguments that may name files other than the lock. */
const READ_FROM_DISK = ["files", "flakeRegistry"];

export const Unchanged = {
  /**
   * A key of the program's arguments, the state and the bytes of the lock. Undefined if check reads more than that,
   * or there is no state.
   */
  async check(
    olds: PropertyMap,
    news: PropertyMap,
    directory: string,
  ): Promise<string | undefined> {
    const { lock } = olds;
    const readsMore = READ_FROM_DISK.some((name) => (news[name] ?? null) !== null);
    if (typeof lock !== "string" || readsMore) return undefined;
    const bytes = await readFile(resolve(directory, lock)).catch(() => undefined);
    if (bytes === undefined) return undefined;
    // Whether it is a preview makes no difference where all is known.
    const { __dryRun, ...given } = news;
    return keyOf({ method: "check", olds, given, lock: sha256Hex(bytes), directory });
  },

  diff: (olds: PropertyMap, news: PropertyMap, directory: string): Promise<string | undefined> =>
    keyOf({ method: "diff", olds, news, directory }),

  /** Whether this machine has found the image of this key unchanged before. */
  isKnown: (key: string | undefined, folder: string = cacheFolder()): Promise<boolean> =>
    unchangedNotes(folder).has(key),

  /** Whether check answered what stands in the state. */
  isSame: (answer: PropertyMap, olds: PropertyMap): boolean => textOf(answer) === textOf(olds),
};

async function keyOf(values: PropertyMap): Promise<string | undefined> {
  const text = textOf({ ...values, code: await codeIdentity() });
  return text === undefined ? undefined : sha256Hex(text);
}

/** The version; and the time of the last build, because the code of a checkout changes more often. */
async function codeIdentity(): Promise<string> {
  const manifest: unknown = createRequire(import.meta.url)("pulumi-lix/package.json");
  const { mtimeMs } = await stat(fileURLToPath(import.meta.url));
  return `${String(Reflect.get(Object(manifest), "version"))} ${mtimeMs}`;
}

/** Undefined for what JSON cannot express. */
function textOf(values: PropertyMap): string | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the engine sent it, as JSON
    return canonicalJson(values as Json);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

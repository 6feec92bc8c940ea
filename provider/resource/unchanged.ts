/**
 * Checks and diffs of an unchanged image, which need neither a plan nor the code that makes one. A key stands for all
 * that check reads, so that the same key means the same answer. Check puts the key into its answer, so that every
 * machine finds it in the state. It goes into the notes of this machine if the state has another key, such as that of
 * another version.
 * @module
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { canonicalJson, type Json } from "../base/canonical-json.ts";
import { sha256Hex } from "../base/sha256.ts";
import { cacheFolder } from "../image/folder.ts";
import { unchangedNotes } from "../image/unchanged-notes.ts";
import type { PropertyMap } from "./property-map.ts";

export interface CheckKeyParts {
  /** Inputs in state. */
  readonly olds: PropertyMap;
  /** What the program gives. */
  readonly news: PropertyMap;
  /** Relative paths are relative to it. */
  readonly directory: string;
}

export const Unchanged = {
  /** The key of a check before it is made. Undefined if there is no state, or check reads more than the lock. */
  async check(parts: CheckKeyParts): Promise<string | undefined> {
    const { lock } = parts.olds;
    if (typeof lock !== "string") return undefined;
    const bytes = await readFile(resolve(parts.directory, lock)).catch(() => undefined);
    return bytes && Unchanged.key({ ...parts, lockSha256: sha256Hex(bytes) });
  },

  /** The same, with the digest of the lock's bytes. */
  async key(parts: CheckKeyParts & { readonly lockSha256: string }): Promise<string | undefined> {
    const { olds, news, directory, lockSha256 } = parts;
    const code = await codeIdentity();
    if (code === undefined || readsMore(news)) return undefined;
    const { __unchanged: _, ...inputs } = olds;
    // Whether it is a preview makes no difference where all is known.
    const { __dryRun, ...given } = news;
    const text = textOf({
      ...{ code, inputs, given, lockSha256 },
      // Whether two archives are the same file depends on it.
      directory: "archives" in news ? directory : undefined,
    });
    return text && sha256Hex(text);
  },

  /** Whether a check with this key answers what stands in the state, and warns of nothing. */
  async isKnown(
    key: string | undefined,
    olds: PropertyMap,
    folder: string = cacheFolder(),
  ): Promise<boolean> {
    if (key === undefined) return false;
    return olds["__unchanged"] === key || (await unchangedNotes(folder).has(key));
  },

  /** Canonical JSON. */
  text: (inputs: PropertyMap): string => textOf(inputs) ?? "",

  /** Whether check answered what stands in the state, apart from the key. */
  isSame({ __unchanged: _, ...answer }: PropertyMap, olds: PropertyMap): boolean {
    const { __unchanged: __, ...before } = olds;
    return textOf(answer) === textOf(before);
  },

  /**
   * Whether diff finds no change, if no policy has changed what check answered.
   * @param olds outputs in state. @param news what check answered.
   */
  isPartOf(news: PropertyMap, olds: PropertyMap): boolean {
    const { drift } = olds;
    const before: PropertyMap = { ...olds, platforms: withoutLayers(olds["platforms"]) };
    const recorded = Object.fromEntries(Object.keys(news).map((name) => [name, before[name]]));
    return Array.isArray(drift) && drift.length === 0 && textOf(news) === textOf(recorded);
  },
};

/** Check does not answer the layers of each platform. */
const withoutLayers = (platforms: unknown): unknown =>
  Object.fromEntries(
    Object.entries<PropertyMap>(Object(platforms)).map(([name, { layers: _, ...platform }]) => [
      name,
      platform,
    ]),
  );

/** Whether the arguments may name files other than the lock. */
function readsMore({ files, flakeRegistry, sign }: PropertyMap): boolean {
  const entries: unknown[] = Object.values(Object(files));
  return (
    (flakeRegistry ?? null) !== null ||
    (sign ?? null) !== null ||
    entries.some((entry) => Object.hasOwn(Object(entry), "source"))
  );
}

/** The digest of all code, which the build writes. Sources have none, and only tests run them. */
async function codeIdentity(): Promise<string | undefined> {
  if (import.meta.url.endsWith(".ts")) return "sources";
  return readFile(new URL("../build-id", import.meta.url), "utf8").catch(() => undefined);
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

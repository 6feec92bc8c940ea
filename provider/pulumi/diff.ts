/**
 * diff: what the image is, where it goes and what a later delete will need; never credentials, clock,
 * package version, or a digest that only another compressor changed.
 * @module
 */
import { resolve } from "node:path";
import { z } from "zod";
import { Repository } from "../formats/oci/reference.ts";
import { Recorded } from "./recorded.ts";
import { isUnknown } from "../arguments/unknown.ts";
import type { Wire } from "./wire.ts";

export interface DiffResult {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/** What decides the repository. */
const TARGET = ["registry", "repository", "name"] as const;

/** @param olds outputs in state. @param news what check answered; may hold unknowns. */
export function diff(olds: Wire, news: Wire): DiffResult {
  // Of `LixImage.get`, which is never checked: a refresh of it comes here too, and changes nothing.
  if ((news["planKey"] ?? null) === null) return NO_CHANGE;
  const before = Recorded.parse(olds);
  const after = Recorded.parse(news);
  // An unknown repository may turn out to be the same, so it does not replace yet.
  const targetUnknown = TARGET.some((name) => isUnknown(news[name]));
  const replaced = !targetUnknown && Recorded.target(before) !== Recorded.target(after);
  const changed =
    before.drift.length > 0 ||
    differs(before.planKey, after.planKey) ||
    differs([...before.taggedRefs].sort(), sortedTags(news, after)) ||
    differs(archivesOf(olds["archives"]), archivesOf(news["archives"])) ||
    differs(mirrorsOf(olds["mirrors"]), mirrorsOf(news["mirrors"])) ||
    // read and delete go by what is recorded, so it must be; "http://" is in no reference.
    differs(before.deleteFromRegistry, news["deleteFromRegistry"] ?? false) ||
    differs(before.verifyBlobs, news["verifyBlobs"] ?? false) ||
    (!targetUnknown && differs(protocol(before), protocol(after)));
  return {
    changes: changed || replaced || targetUnknown,
    replaces: replaced ? TARGET.filter((name) => before[name] !== after[name]) : [],
    // The new image may have the old one's digest: nothing is deleted before it is there.
    deleteBeforeReplace: false,
  };
}

const NO_CHANGE: DiffResult = { changes: false, replaces: [], deleteBeforeReplace: false };

const protocol = (recorded: Recorded): unknown => Recorded.repository(recorded)?.plainHttp;

const sortedTags = (news: Wire, after: Recorded): unknown =>
  isUnknown(news["taggedRefs"]) ? news["taggedRefs"] : [...after.taggedRefs].sort();

/** The same files, however their paths are written and in whatever order. */
function archivesOf(value: unknown): unknown {
  if (isUnknown(value)) return value;
  const { data = [] } = ArchivesJson.safeParse(value);
  return data
    .map(({ type, path, hydraBuildProducts = false }) => ({
      type,
      path: resolve(path),
      hydraBuildProducts,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const ArchivesJson = z.array(
  z.object({ type: z.string(), path: z.string(), hydraBuildProducts: z.boolean().optional() }),
);

/** In their order, which is that of `mirrorRefs`. */
function mirrorsOf(value: unknown): unknown {
  if (isUnknown(value)) return value;
  const { data = [] } = z.array(z.string()).safeParse(value);
  return data.map(Repository.parse);
}

const differs = (before: unknown, after: unknown): boolean =>
  isUnknown(after) || JSON.stringify(before ?? null) !== JSON.stringify(after ?? null);

/**
 * Lists of referrers: what a registry's referrers API answers, and the index that clients keep under a tag where
 * there is no such API. Others write there too, so whatever we do not understand stays as it is.
 * @see distribution-spec, "Listing Referrers" and "Referrers Tag Schema"
 * @module
 */
import { z } from "zod";
import { lixError } from "../../errors/lix-error.ts";
import { parseDocument } from "./document.ts";
import { Digest } from "./digest.ts";
import type { AttachedManifest } from "./image.ts";
import { MediaType } from "./media-type.ts";

/** An entry of a list. It may be of any algorithm, and as careless as its writer was. */
export interface Referrer {
  readonly digest: string;
  readonly artifactType?: string | undefined;
  readonly mediaType?: string | undefined;
  readonly size?: number | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The document as it stands; entries that are not even objects with a digest are kept, too. */
export interface ReferrersIndex extends Readonly<Record<string, unknown>> {
  readonly manifests: readonly unknown[];
}

const optional = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined);
const Entry = z.object({
  digest: z.string(),
  artifactType: optional(z.string()),
  mediaType: optional(z.string()),
  size: optional(z.int()),
  annotations: optional(z.record(z.string(), z.string())),
});
const Index = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.literal(MediaType.index).optional(),
  // Of neither a manifest nor an artifact.
  config: z.undefined().optional(),
  manifests: z
    .array(z.unknown())
    .nullable()
    .transform((all) => all ?? []),
});

export const ReferrersIndex = {
  empty: { schemaVersion: 2, mediaType: MediaType.index, manifests: [] } satisfies ReferrersIndex,

  /** Throws MALFORMED_DOCUMENT for anything else. @param what for messages. */
  parse: (bytes: Uint8Array, what: string): ReferrersIndex => parseDocument(Index, bytes, what),

  /** What stands under the tag `reference`. */
  parseTagged(bytes: Uint8Array, reference: string): ReferrersIndex {
    try {
      return ReferrersIndex.parse(bytes, reference);
    } catch (cause) {
      throw lixError("REFERRERS_TAG_FOREIGN", { reference }, { cause });
    }
  },

  format: (index: ReferrersIndex): Uint8Array =>
    Buffer.from(JSON.stringify({ mediaType: MediaType.index, ...index })),

  referrers: ({ manifests }: ReferrersIndex): Referrer[] => manifests.flatMap(entryOf),

  /** With these entries. The same index, if it has them all. */
  add(index: ReferrersIndex, attached: readonly AttachedManifest[]): ReferrersIndex {
    const missing = attached.filter((each) => !ReferrersIndex.has(index, each));
    if (missing.length === 0) return index;
    const digests = new Set<string>(missing.map(({ digest }) => digest));
    const others = index.manifests.filter((entry) => !digests.has(digestOf(entry)));
    return { ...index, manifests: [...others, ...missing.map(describe)] };
  },

  /** Without these entries. The same index, if it has none of them. */
  remove(index: ReferrersIndex, digests: ReadonlySet<string>): ReferrersIndex {
    const manifests = index.manifests.filter((entry) => !digests.has(digestOf(entry)));
    return manifests.length === index.manifests.length ? index : { ...index, manifests };
  },

  /** An entry without the artifactType would not be found by it: some clients write such. */
  has: (index: ReferrersIndex, { digest, artifactType }: AttachedManifest): boolean =>
    ReferrersIndex.referrers(index).some(
      (entry) => entry.digest === digest && entry.artifactType === artifactType,
    ),

  /** The tag that has the index of a manifest's referrers. */
  tag: (subject: Digest): string => `sha256-${Digest.hex(subject)}`,

  isTag: (tag: string): boolean => /^sha256-[0-9a-f]{64}$/.test(tag),
};

/** How a list describes a referrer: with the manifest's artifactType, and all of its annotations. */
function describe({ mediaType, digest, bytes, artifactType, annotations }: AttachedManifest) {
  const some = Object.keys(annotations).length > 0 ? { annotations } : {};
  return { mediaType, digest, size: bytes.length, artifactType, ...some };
}

function entryOf(value: unknown): Referrer[] {
  const read = Entry.safeParse(value);
  return read.success ? [read.data] : [];
}

const digestOf = (entry: unknown): string => entryOf(entry)[0]?.digest ?? "";

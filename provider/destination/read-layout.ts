/**
 * The image in an OCI layout by any program, in a folder or an archive.
 * @see image-spec image-layout.md
 * @module
 */
import { z } from "zod";
import { BudgetExceeded, collectWithin } from "../base/budgets.ts";
import type { Bytes } from "../base/bytes.ts";
import { parseJson } from "../base/json.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { ReferrersIndex } from "../formats/oci/referrers-index.ts";
import { verifiedBlob, type BlobIdentity } from "../formats/oci/verified-blob.ts";
import { ImageUnreadable } from "./image-unreadable.ts";
import { REF_NAME, type OciIndex } from "./oci-index.ts";

/** What `inspect` and `verify` ask of a layout; the names are those of RegistryClient. */
export interface OciLayout {
  /** For messages: `/srv/images/lix`. */
  readonly description: string;
  /** The tags of the image. */
  readonly names: readonly string[];
  readonly root: ReceivedManifest;
  getManifest(digest: Digest): Promise<ReceivedManifest | undefined>;
  /** What has this name in index.json. */
  getTagged(tag: string): Promise<ReceivedManifest | undefined>;
  /** Checked: the last bytes come only when the digest is right. */
  getBlob(digest: Digest): Bytes;
}

interface ReceivedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Where the files of a layout are. */
export interface LayoutFiles {
  readonly description: string;
  readonly index: OciIndex;
  /** Undefined where no such blob is. */
  openBlob(digest: Digest): Promise<Bytes | undefined>;
}

/** `reference` is a tag or a digest; without it the layout must hold one image only. */
export async function readLayout(files: LayoutFiles, reference?: string): Promise<OciLayout> {
  const { description, index } = files;
  const nameOf = ({ annotations }: (typeof index.manifests)[number]) => annotations?.[REF_NAME];
  const chosen = index.manifests.filter((entry) =>
    reference === undefined
      ? // What is attached to an image is no further image.
        !ReferrersIndex.isTag(nameOf(entry) ?? "")
      : nameOf(entry) === reference || entry.digest === reference,
  );
  const [entry] = chosen;
  if (entry === undefined || chosen.some(({ digest }) => digest !== entry.digest))
    throw lixError("NO_SUCH_IMAGE", {
      where: description,
      reference,
      names: index.manifests.map((each) => nameOf(each) ?? each.digest),
    });
  const root = await readManifest(files, entry, entry.mediaType);
  if (root === undefined)
    throw lixError("MISSING_BLOB", { where: description, digest: entry.digest });
  const names = index.manifests.filter(({ digest }) => digest === entry.digest).map(nameOf);
  return {
    description,
    names: names.filter((name) => name !== undefined),
    root,
    getManifest: (digest) => readManifest(files, { digest }),
    getTagged: async (tag) => {
      const tagged = index.manifests.find((each) => nameOf(each) === tag);
      return tagged && readManifest(files, tagged, tagged.mediaType);
    },
    getBlob: (digest) => readBlob(files, digest),
  };
}

async function readManifest(
  files: LayoutFiles,
  blob: BlobIdentity,
  knownType?: string,
): Promise<ReceivedManifest | undefined> {
  const source = await files.openBlob(blob.digest);
  if (source === undefined) return undefined;
  const from = `${files.description}: ${blob.digest}`;
  const bytes = await collectSmall(verifiedBlob(source, blob, from), from);
  return { digest: blob.digest, mediaType: knownType ?? ownType(bytes), bytes };
}

/** A document of an image, whole. Throws ImageUnreadable for one that is larger than those of images. */
export async function collectSmall(source: Bytes, from: string): Promise<Uint8Array> {
  try {
    return await collectWithin("documentBytes", source, from);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    throw new ImageUnreadable(from, "it is too large", error);
  }
}

const Typed = z.object({ mediaType: z.string() });

/** A file has no Content-Type, but manifests name their type themselves. */
function ownType(bytes: Uint8Array): string {
  try {
    return Typed.parse(parseJson(Buffer.from(bytes).toString("utf8"), "a manifest")).mediaType;
  } catch (error) {
    if (error instanceof BudgetExceeded) throw error;
    return "application/octet-stream";
  }
}

async function* readBlob(files: LayoutFiles, digest: Digest): AsyncGenerator<Uint8Array> {
  const source = await files.openBlob(digest);
  if (source === undefined) throw lixError("MISSING_BLOB", { where: files.description, digest });
  yield* verifiedBlob(source, { digest }, `${files.description}: ${digest}`);
}

/**
 * `index.json` of an OCI layout: which manifests it has, and by what names.
 * @see image-spec image-layout.md
 * @module
 */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../base/make-folder.ts";
import { z } from "zod";
import { ifThere } from "../base/error-code.ts";
import { LixImageError } from "../base/errors.ts";
import { withFile } from "../base/file-unusable.ts";
import { parseJson } from "../base/json.ts";
import { placeFile } from "../base/place-file.ts";
import { readFileWithin } from "../base/read-file.ts";
import { Digest } from "../formats/oci/digest.ts";
import type { ManifestBlob } from "../formats/oci/image.ts";
import { MediaType } from "../formats/oci/media-type.ts";

export const REF_NAME = "org.opencontainers.image.ref.name";
/** What the file oci-layout says. */
export const LAYOUT = JSON.stringify({ imageLayoutVersion: "1.0.0" });

// Loose, because what others have written there is kept as it was.
const Entry = z.looseObject({
  mediaType: z.string(),
  digest: z.string().transform((text) => Digest.parse(text)),
  size: z.int(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const Index = z.looseObject({ schemaVersion: z.literal(2), manifests: z.array(Entry) });
export type OciIndexEntry = z.output<typeof Entry>;
export type OciIndex = z.output<typeof Index>;

/** Whether the folder is a layout already. Throws when it holds something else. */
export async function checkLayout(dir: string): Promise<boolean> {
  if ((await readLayoutFile(dir)) !== undefined) return true;
  const entries = (await ifThere(readdir(dir))) ?? [];
  if (entries.length > 0) throw new NotAnOciLayout(dir, "a folder that holds something else");
  return false;
}

/** Makes the folder a layout unless it is one. */
export async function prepareLayout(dir: string): Promise<void> {
  const isLayout = await checkLayout(dir);
  await makeFolder(dir);
  // Before anything else, so that an interrupted layout is recognised as one.
  if (!isLayout) await writeFile(join(dir, "oci-layout"), LAYOUT);
  await makeFolder(join(dir, "blobs", "sha256"));
}

/** undefined for a layout that has none yet. Throws for a folder that is no layout. */
export async function readIndex(dir: string): Promise<OciIndex | undefined> {
  if ((await readLayoutFile(dir)) === undefined)
    throw new NotAnOciLayout(dir, "no file oci-layout in it");
  const file = join(dir, "index.json");
  const bytes = await withFile(file, () => ifThere(readFileWithin("layoutIndexBytes", file)));
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString("utf8");
  try {
    return parseIndex(text);
  } catch (cause) {
    throw new NotAnOciLayout(dir, "an index.json that is not an image index", cause);
  }
}

/** Throws the mistakes that JSON or the schema finds in it. */
export const parseIndex = (text: string): OciIndex => Index.parse(parseJson(text, "index.json"));

/** An index.json of these entries and nothing else. */
export const formatIndex = (manifests: readonly OciIndexEntry[]): string =>
  JSON.stringify({ mediaType: MediaType.index, schemaVersion: 2, manifests });

/** What an index says of a manifest: an entry for each of its tags. */
export function entriesFor(tags: readonly string[], manifest: ManifestBlob): OciIndexEntry[] {
  const { digest, mediaType } = manifest;
  const descriptor = { mediaType, digest, size: manifest.bytes.length };
  if (tags.length === 0) return [descriptor];
  return tags.map((tag) => ({ ...descriptor, annotations: { [REF_NAME]: tag } }));
}

/** Lets these tags point to the manifest, in one atomic step; other names keep theirs. */
export async function pointTags(
  dir: string,
  tags: readonly string[],
  manifest: ManifestBlob,
): Promise<void> {
  const { digest } = manifest;
  const ours = entriesFor(tags, manifest);
  const before = (await readIndex(dir)) ?? { schemaVersion: 2, manifests: [] };
  const others = before.manifests.filter((entry) => {
    const name = entry.annotations?.[REF_NAME];
    return name === undefined ? entry.digest !== digest : !tags.includes(name);
  });
  // Ours first: some readers take the first entry for the image.
  const index = { mediaType: MediaType.index, ...before, manifests: [...ours, ...others] };
  await placeFile(join(dir, ".index.json"), async (temporary) => {
    await writeFile(temporary, JSON.stringify(index), { flush: true });
    return join(dir, "index.json");
  });
}

async function readLayoutFile(dir: string): Promise<string | undefined> {
  const bytes = await ifThere(readFileWithin("documentBytes", join(dir, "oci-layout")));
  const text = bytes && Buffer.from(bytes).toString("utf8");
  if (text !== undefined && !/"imageLayoutVersion"\s*:\s*"1\./.test(text))
    throw new NotAnOciLayout(dir, "a file oci-layout of another version");
  return text;
}

export class NotAnOciLayout extends LixImageError {
  readonly code = "NOT_AN_OCI_LAYOUT";
  readonly got: string;
  constructor(dir: string, got: string, cause?: unknown) {
    super(`${dir}: expected an OCI layout, or an empty or new folder; got ${got}`, {
      hint: "name another folder, or remove this one if nothing in it is needed",
      cause,
    });
    this.got = got;
  }
}

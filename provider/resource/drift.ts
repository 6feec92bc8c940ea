/**
 * Compares an image in one repository with what was pushed there. Only a 404 means "gone": if the registry denies
 * access, is overloaded or does not answer, this throws.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { RegistryClient } from "../registry/client.ts";
import { listReferrers } from "../registry/referrers.ts";
import type { ImagePart } from "./recorded-blobs.ts";
import type { RecordedReferrer } from "./recorded-referrers.ts";
import { unsignedIn, type RecordedSignatures } from "./recorded-signatures.ts";

/** Requests in flight for one repository; as many as a push has. */
const WIDTH = 4;

/** What every repository should have. */
export interface PushedImage {
  readonly root: Digest;
  /** The manifests of the platforms below an index. */
  readonly children: readonly ImagePart[];
  readonly tags: readonly string[];
  /** Layers and configs that are to be asked for as well. */
  readonly blobs: readonly ImagePart[];
  readonly referrers: readonly RecordedReferrer[];
  readonly signatures?: RecordedSignatures | undefined;
}

export interface Standing {
  /** `ghcr.io/acme/lix` */
  readonly repository: string;
  /** Where each tag points, in their order; undefined: it is gone. */
  readonly pointers: readonly (Digest | undefined)[];
  /** `tag latest is gone`: a line for each difference. */
  readonly drift: readonly string[];
  /** Neither its manifest nor any of its tags is there. */
  readonly gone: boolean;
}

export async function standingIn(
  client: RegistryClient,
  image: PushedImage,
  signal?: AbortSignal,
): Promise<Standing> {
  const { root, children, tags, blobs, referrers, signatures } = image;
  const repository = client.description;
  const references = [root, ...children.map(({ digest }) => digest), ...tags];
  const heads = await mapConcurrent(references, { width: WIDTH, signal }, (reference, scope) =>
    client.headManifest(reference, scope),
  );
  const [there, ...rest] = heads;
  const pointers = rest.slice(children.length).map((head) => head?.digest);
  if (there === undefined && pointers.every((digest) => digest === undefined))
    return { repository, pointers, drift: [GONE], gone: true };
  const held = await mapConcurrent(blobs, { width: WIDTH, signal }, ({ digest }, scope) =>
    client.hasBlob(digest, scope),
  );
  const drift = [
    ...(there === undefined ? [`manifest ${root} is gone`] : []),
    ...children.flatMap((child, at) => (rest[at] === undefined ? [lost("manifest", child)] : [])),
    ...tags.flatMap((tag, at) => tagDrift(tag, root, pointers[at])),
    // A registry can lose the blobs of a manifest by a wrong cleanup or by restoring a backup.
    ...blobs.flatMap((blob, at) => (held[at] === true ? [] : [lost("blob", blob)])),
    ...(await referrerDrift(client, referrers, signal)),
    ...(await signatureDrift(client, signatures, signal)),
  ];
  return { repository, pointers, drift, gone: false };
}

/** A manifest may be there without being listed: where clients keep the lists, their tags can be lost. */
async function referrerDrift(
  client: RegistryClient,
  referrers: readonly RecordedReferrer[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const heads = await mapConcurrent(referrers, { width: WIDTH, signal }, ({ digest }, scope) =>
    client.headManifest(digest, scope),
  );
  const subjects = [...new Set(referrers.map(({ subject }) => subject))];
  const lists = await mapConcurrent(subjects, { width: WIDTH, signal }, (subject, scope) =>
    listReferrers(client, subject, scope),
  );
  const listed = new Set(lists.flat().map(({ digest }) => digest));
  return referrers.flatMap((referrer, at) => {
    if (heads[at] === undefined) return [lost("referrer", referrer)];
    const { digest, place } = referrer;
    return listed.has(digest) ? [] : [`referrer ${digest} (${place}) is not listed`];
  });
}

async function signatureDrift(
  client: RegistryClient,
  signatures: RecordedSignatures | undefined,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (signatures === undefined) return [];
  const unsigned = await unsignedIn(client, signatures, signal);
  return unsigned.map((part) => lost("signature of", part));
}

const lost = (what: string, { digest, place }: ImagePart): string =>
  `${what} ${digest} (${place}) is gone`;

function tagDrift(tag: string, expected: Digest, got: Digest | undefined): string[] {
  if (got === expected) return [];
  return [
    got === undefined ? `tag ${tag} is gone` : `tag ${tag} points to ${got}, not to ${expected}`,
  ];
}

const GONE = "the image is gone";
export const NEVER_THERE = "the image is not there";

/** The drift of a further destination that the image could not be pushed to. */
export const notPushedTo = (destination: string): string => `${destination}: ${NEVER_THERE}`;

/** Whether a refresh found that this mirror, or the first of several repositories, lost the image. */
export const isGoneIn = (drift: readonly string[], repository: string): boolean =>
  drift.includes(`${repository}: ${GONE}`);

export const wasNeverIn = (drift: readonly string[], repository: string): boolean =>
  drift.includes(notPushedTo(repository));

/** The drift of all repositories. With mirrors each line begins with the repository. */
export const driftOf = (standings: readonly Standing[]): readonly string[] =>
  standings.flatMap(({ repository, drift }) =>
    standings.length === 1 ? drift : drift.map((line) => `${repository}: ${line}`),
  );

/** Whether a line is about the image itself, and not about what is attached to it. */
export const concernsImage = (line: string): boolean =>
  !/(?:^|: )(?:referrer|signature of) sha256:/.test(line);

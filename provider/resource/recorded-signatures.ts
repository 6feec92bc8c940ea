/**
 * Signatures below tags of cosign before 3.0, as far as they are ours: those that name the recorded key. A state of an
 * earlier version names none. Bundles are referrers, and recorded as such.
 * @module
 */
import { signedBy } from "../arguments/entries/signing.ts";
import { mapConcurrent } from "../base/concurrency.ts";
import { SIGNER_ANNOTATION, type SignatureDescriptor } from "../formats/oci/signature-layer.ts";
import type { RegistryClient } from "../registry/client.ts";
import { changeSignatures, readSignatures } from "../registry/signatures.ts";
import { SimpleSigning } from "../signing/simple-signing.ts";
import type { ImagePart } from "./recorded-blobs.ts";
import { Recorded } from "./recorded.ts";

export interface RecordedSignatures {
  /** The fingerprint of the key. */
  readonly signer: string;
  /** The manifests that it signed. */
  readonly subjects: readonly ImagePart[];
  readonly tags: readonly string[];
}

/** Undefined: it is not signed. */
export function recordedSignatures(recorded: Recorded): RecordedSignatures | undefined {
  const [signer, root] = [signedBy(recorded.args.sign), Recorded.digest(recorded)];
  if (signer === undefined || root === undefined) return undefined;
  const subjects = [{ digest: root, place: "image" }, ...Recorded.children(recorded, root)];
  return { signer, subjects, tags: Recorded.tags(recorded) };
}

export interface DroppedSignatures extends Pick<RecordedSignatures, "signer" | "subjects"> {
  /** The types of the statements to be removed. Undefined: all, and the signatures of the image. */
  readonly predicateTypes?: ReadonlySet<string | undefined>;
}

/** Those of the image that is still pushed which the program no longer asks for: it names another key, or no such document. */
export async function droppedSignatures(
  before: Recorded,
  after: Recorded,
): Promise<DroppedSignatures | undefined> {
  const old = recordedSignatures(before);
  if (old === undefined || Recorded.digest(before) !== Recorded.digest(after)) return undefined;
  if (old.signer !== signedBy(after.args.sign)) return old;
  const kept = new Set(after.referrers.map(({ artifactType }) => artifactType));
  const dropped = before.referrers.filter(({ artifactType }) => !kept.has(artifactType));
  if (dropped.length === 0) return undefined;
  const { predicateTypeOf } = await import("../app/signatures.ts");
  return {
    ...old,
    predicateTypes: new Set(dropped.map((each) => predicateTypeOf(each.artifactType))),
  };
}

/** Requests in flight for one repository. */
const WIDTH = 4;

/** The subjects without a signature in this repository. */
export async function unsignedIn(
  client: RegistryClient,
  { signer, subjects, tags }: RecordedSignatures,
  signal: AbortSignal | undefined,
): Promise<ImagePart[]> {
  const names = [client.description, ...tags.map((tag) => `${client.description}:${tag}`)];
  const held = await mapConcurrent(subjects, { width: WIDTH, signal }, ({ digest }, scope) =>
    readSignatures(client, { subject: digest, kind: "sig" }, scope),
  );
  return subjects.filter(({ digest }, at) => {
    // cosign's own by our key, which nothing was added to.
    const payloads = names.map((reference) => SimpleSigning.payloadDigest({ reference, digest }));
    return !(held[at]?.signatures ?? []).some(
      (each) => isBy(signer, each) || payloads.includes(each.digest),
    );
  });
}

/** Keeps the signatures of others. */
export async function removeSignatures(
  client: RegistryClient,
  { signer, subjects, predicateTypes }: DroppedSignatures,
  signal: AbortSignal | undefined,
): Promise<void> {
  const isDropped = (each: SignatureDescriptor): boolean =>
    isBy(signer, each) && predicateTypes?.has(each.annotations["predicateType"]) !== false;
  const kinds = predicateTypes === undefined ? (["sig", "att"] as const) : (["att"] as const);
  for (const { digest: subject } of subjects)
    for (const kind of kinds)
      await changeSignatures(client, {
        ...{ subject, kind, signal },
        change: (held) => {
          const others = held.filter((each) => !isDropped(each));
          return others.length === held.length ? held : others;
        },
        async pushBlobs(blobs, scope) {
          for (const blob of blobs) await client.pushBlob(blob, { signal: scope });
        },
      });
}

const isBy = (signer: string, { annotations }: SignatureDescriptor): boolean =>
  annotations[SIGNER_ANNOTATION] === signer;

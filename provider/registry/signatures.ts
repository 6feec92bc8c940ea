/**
 * Signatures below the tags of cosign before 3.0, which several signers share.
 * @module
 */
import { sleepUnless, mayRetry, pauseMs } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Blob } from "../formats/oci/layer.ts";
import type { SignatureDescriptor, SignatureKind } from "../formats/oci/signature-layer.ts";
import { SignatureManifest } from "../formats/oci/signature-manifest.ts";
import type { ReceivedManifest, RegistryClient } from "./client.ts";
import { conditionOf } from "./referrers.ts";
import { RegistryRefused } from "./refusal.ts";

export interface SignaturesOf {
  readonly subject: Digest;
  readonly kind: SignatureKind;
}

/** Those that are there; undefined if there is no such tag. */
export async function readSignatures(
  client: RegistryClient,
  { subject, kind }: SignaturesOf,
  signal?: AbortSignal,
): Promise<SignatureManifest | undefined> {
  const received = await client.getManifest(SignatureManifest.tag(subject, kind), signal);
  return received && parse(client, { subject, kind }, received);
}

function parse(
  client: RegistryClient,
  { subject, kind }: SignaturesOf,
  { bytes }: ReceivedManifest,
): SignatureManifest {
  const manifest = SignatureManifest.parse(bytes);
  if (manifest !== undefined) return manifest;
  const reference = `${client.description}:${SignatureManifest.tag(subject, kind)}`;
  throw lixError("SIGNATURE_TAG_FOREIGN", { reference });
}

export interface SignaturesChange extends SignaturesOf {
  /** @returns the same list if it is as it should be. */
  readonly change: (signatures: readonly SignatureDescriptor[]) => readonly SignatureDescriptor[];
  /** Puts blobs into the repository that it lacks. */
  readonly pushBlobs: (blobs: readonly Blob[], signal: AbortSignal | undefined) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Changes the signatures until they are seen to be as they should be: another signer may write at the same time, and
 * would remove ours if it had read the manifest before we wrote it. Their layers have to be there.
 */
export async function changeSignatures(
  client: RegistryClient,
  { change, pushBlobs, signal, ...of }: SignaturesChange,
): Promise<void> {
  const tag = SignatureManifest.tag(of.subject, of.kind);
  for (let tried = 1; ; tried += 1) {
    const started = performance.now();
    const held = await client.getManifest(tag, signal);
    const before = held === undefined ? SignatureManifest.empty : parse(client, of, held);
    const after = change(before.signatures);
    if (after === before.signatures) return;
    if (!mayRetry(RETRY.referrersTag, "overwritten", tried))
      throw lixError("SIGNATURES_NOT_KEPT", { reference: `${client.description}:${tag}` });
    if (after.length === 0 && held !== undefined && (await isDeleted(client, held, signal))) return;
    const { manifest, config } = SignatureManifest.write(before, after);
    await pushBlobs([config], signal);
    try {
      await client.putManifest(tag, manifest, signal, conditionOf(held));
    } catch (error) {
      // Somebody was faster.
      if (!(error instanceof RegistryRefused && error.status === 412)) throw error;
    }
    await sleepUnless(
      signal,
      performance.now() - started + pauseMs(RETRY.referrersTag.firstPauseMs, tried),
    );
  }
}

/** False: the registry forbids deletions. An empty manifest means the same as none. */
async function isDeleted(
  client: RegistryClient,
  { digest }: ReceivedManifest,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    // By digest: a tag that somebody has moved meanwhile stays.
    await client.deleteManifest(digest, signal);
    return true;
  } catch (error) {
    if (error instanceof LixImageError) return false;
    throw error;
  }
}

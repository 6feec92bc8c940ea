/**
 * Signatures below the tags of cosign before 3.0, which several signers share.
 * @module
 */
import { lixError } from "../errors/lix-error.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Blob } from "../formats/oci/layer.ts";
import type { SignatureDescriptor, SignatureKind } from "../formats/oci/signature-layer.ts";
import { SignatureManifest } from "../formats/oci/signature-manifest.ts";
import type { ReceivedManifest, RegistryClient } from "./client.ts";
import { changeSharedTag } from "./shared-tag.ts";

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

/** Changes the signatures under the tag. Their layers have to be there. */
export function changeSignatures(
  client: RegistryClient,
  { change, pushBlobs, signal, ...of }: SignaturesChange,
): Promise<void> {
  const tag = SignatureManifest.tag(of.subject, of.kind);
  return changeSharedTag<SignatureManifest>(client, {
    tag,
    async read() {
      const received = await client.getManifest(tag, signal);
      return received && { ...received, value: parse(client, of, received) };
    },
    none: SignatureManifest.empty,
    change(manifest) {
      const signatures = change(manifest.signatures);
      return signatures === manifest.signatures ? manifest : { ...manifest, signatures };
    },
    isEmpty: ({ signatures }) => signatures.length === 0,
    async write(changed, put) {
      const { manifest, config } = SignatureManifest.write(changed);
      await pushBlobs([config], signal);
      await put(manifest);
    },
    notKept: (reference) => lixError("SIGNATURES_NOT_KEPT", { reference }),
    signal,
  });
}

/**
 * Adds signatures in the format of cosign before 3.0 to those that a repository has.
 * @module
 */
import { Bytes } from "../base/bytes.ts";
import { mapConcurrent } from "../base/concurrency.ts";
import type { TaggedSignatures, WantedSignature } from "../formats/oci/image.ts";
import type { Blob } from "../formats/oci/layer.ts";
import type { SignatureDescriptor } from "../formats/oci/signature-layer.ts";
import { SignatureManifest } from "../formats/oci/signature-manifest.ts";
import type { RegistryClient } from "../registry/client.ts";
import { changeSignatures, readSignatures } from "../registry/signatures.ts";
import type { AttachOptions } from "./registry-attachments.ts";

/** Manifests of signatures that are changed at the same time. */
const WIDTH = 4;

/** @param options.tags of the image: signatures name them. */
export async function attachSignatures(
  client: RegistryClient,
  signatures: readonly TaggedSignatures[],
  { tags, signal, onWrite, pushBlobs }: AttachOptions & { readonly tags: readonly string[] },
): Promise<void> {
  const { description: repository } = client;
  const references = tags.map((tag) => `${repository}:${tag}`);
  await mapConcurrent(signatures, { width: WIDTH, signal }, async (each, scope) => {
    const { subject, kind } = each;
    const wanted = each.wanted({ repository, references });
    const there = (await readSignatures(client, each, scope))?.signatures ?? [];
    const missing = missingFrom(there, wanted);
    if (missing.length === 0) return;
    await pushBlobs(missing.map(blobOf), scope);
    const change = (held: readonly SignatureDescriptor[]): readonly SignatureDescriptor[] => {
      const lacking = missingFrom(held, wanted).map(({ layer }) =>
        SignatureManifest.descriptorOf(layer),
      );
      return lacking.length === 0 ? held : [...held, ...lacking];
    };
    await changeSignatures(client, { subject, kind, change, pushBlobs, signal: scope });
    onWrite?.({ reference: SignatureManifest.tag(subject, kind), before: undefined });
  });
}

const missingFrom = (
  held: readonly SignatureDescriptor[],
  wanted: readonly WantedSignature[],
): WantedSignature[] => wanted.filter(({ isMetBy }) => !held.some(isMetBy));

function blobOf({ layer: { bytes, ...layer } }: WantedSignature): Blob {
  const { digest, size } = SignatureManifest.descriptorOf({ bytes, ...layer });
  return { digest, size, open: () => Bytes.of(bytes) };
}

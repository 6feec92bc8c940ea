/**
 * Manifests that hold signatures in the format of cosign before 3.0: an image manifest under a tag that is made of the
 * subject's digest. Each layer is one signature, and several signers share the manifest.
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 * @module
 */
import { z } from "zod";
import { Bytes } from "../../base/bytes.ts";
import { jsonIn } from "../../base/json.ts";
import { Digest } from "./digest.ts";
import type { ManifestBlob } from "./image.ts";
import type { Blob } from "./layer.ts";
import { MediaType } from "./media-type.ts";
import type { SignatureDescriptor, SignatureKind, SignatureLayer } from "./signature-layer.ts";

export interface SignatureManifest {
  readonly signatures: readonly SignatureDescriptor[];
  /** The whole document. Fields that we do not know are kept. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** A manifest to be pushed, and the config that it names. */
export interface WrittenSignatures {
  readonly manifest: ManifestBlob;
  readonly config: Blob;
}

export const SignatureManifest = {
  /** The tag of the signatures of a manifest. */
  tag: (subject: Digest, kind: SignatureKind): string => `sha256-${Digest.hex(subject)}.${kind}`,

  /** What is under the tag before the first signature. */
  empty: { signatures: [], document: {} } satisfies SignatureManifest,

  /** Undefined: it is something else. */
  parse(bytes: Uint8Array): SignatureManifest | undefined {
    const read = ManifestJson.safeParse(jsonIn(Buffer.from(bytes).toString("utf8")));
    return read.success ? { signatures: read.data.layers, document: read.data } : undefined;
  },

  descriptorOf: ({ mediaType, bytes, annotations }: SignatureLayer): SignatureDescriptor => ({
    mediaType,
    digest: Digest.of(bytes),
    size: bytes.length,
    annotations,
  }),

  /** What the document has besides stays. */
  write({ document, signatures }: SignatureManifest): WrittenSignatures {
    const config = blobOf(configOf(signatures));
    const bytes = encode({
      ...document,
      schemaVersion: 2,
      mediaType: MediaType.manifest,
      config: { mediaType: MediaType.config, size: config.size, digest: config.digest },
      layers: signatures,
    });
    const manifest = { digest: Digest.of(bytes), mediaType: MediaType.manifest, bytes };
    return { manifest, config };
  },
};

const digest = z.string().transform((text, { issues }) => {
  try {
    return Digest.parse(text);
  } catch {
    issues.push({ code: "custom", input: text, message: "not a digest" });
    return z.NEVER;
  }
});

const ManifestJson = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.literal(MediaType.manifest).default(MediaType.manifest),
  layers: z.array(
    z.looseObject({
      mediaType: z.string(),
      digest,
      size: z.int().min(0),
      annotations: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

/** The config that go-containerregistry writes, with which cosign adds a layer of its own. */
const configOf = (signatures: readonly SignatureDescriptor[]): Uint8Array =>
  encode({
    architecture: "",
    created: EPOCH,
    history: signatures.map(() => ({ created: EPOCH })),
    os: "",
    // The layers are not compressed.
    rootfs: { type: "layers", diff_ids: signatures.map((each) => each.digest) },
    config: {},
  });

/** Go's zero time. */
const EPOCH = "0001-01-01T00:00:00Z";

const encode = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value), "utf8");

const blobOf = (bytes: Uint8Array): Blob => ({
  digest: Digest.of(bytes),
  size: bytes.length,
  open: () => Bytes.of(bytes),
});

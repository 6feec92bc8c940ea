/** Looks for what a key has signed about a manifest, in both formats of cosign. @module */
import { collectWithin } from "../base/budgets.ts";
import type { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { jsonIn } from "../base/json.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Referrer } from "../formats/oci/referrers-index.ts";
import { SignatureManifest } from "../formats/oci/signature-manifest.ts";
import { LegacyAttestation } from "./legacy-attestation.ts";
import { BUNDLE_MEDIA_TYPE, SigstoreBundle } from "./sigstore-bundle.ts";
import { SimpleSigning } from "./simple-signing.ts";
import { SIGNATURE_PREDICATE, Statement } from "./statement.ts";
import type { VerificationKey } from "./verification-key.ts";

/** A registry or a layout, as far as what is attached to an image is concerned. */
export interface AttachmentSource {
  readonly listReferrers: (subject: Digest) => Promise<readonly Referrer[]>;
  /** Undefined where there is none. */
  readonly getManifest: (reference: string) => Promise<{ readonly bytes: Uint8Array } | undefined>;
  readonly getBlob: (digest: Digest) => Bytes;
}

/** `legacy` is cosign before 3.0, which skopeo and podman read, too. */
export type SignatureFormat = "legacy" | "bundle";

export interface Attestation {
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly formats: readonly SignatureFormat[];
}

export interface Evidence {
  /** In which formats the key has signed the manifest. */
  readonly signatures: readonly SignatureFormat[];
  /** What the key has signed about it; the same statement in both formats is listed once. */
  readonly attestations: readonly Attestation[];
  /** Signatures that are there and do not count, a line each. */
  readonly disregarded: readonly string[];
  /** The types of documents that are attached, and of which the key has signed no copy. */
  readonly unsigned: readonly string[];
}

export async function readEvidence(
  key: VerificationKey,
  subject: Digest,
  source: AttachmentSource,
): Promise<Evidence> {
  const found: Found[] = [
    ...(await legacySignatures(key, subject, source)),
    ...(await legacyAttestations(key, subject, source)),
  ];
  const referrers = await source.listReferrers(subject);
  const isBundle = ({ artifactType }: Referrer): boolean =>
    artifactType?.startsWith(BUNDLE_PREFIX) === true;
  for (const referrer of referrers.filter(isBundle))
    found.push(...(await bundles(key, subject, { referrer, source })));
  const statements = found.flatMap(({ format, statement }) =>
    statement === undefined ? [] : [{ format, statement }],
  );
  const attestations = Map.groupBy(statements, ({ statement }) => JSON.stringify(statement));
  return {
    signatures: FORMATS.filter((format) =>
      found.some((each) => each.format === format && each.isSignature),
    ),
    attestations: [...attestations.values()].flatMap(([first, ...others]) =>
      first === undefined
        ? []
        : [{ ...first.statement, formats: [first.format, ...others.map(({ format }) => format)] }],
    ),
    disregarded: [...new Set(found.flatMap(({ problem }) => problem ?? []))],
    unsigned: await unsignedTypes(
      referrers.filter((referrer) => !isBundle(referrer)),
      new Set(statements.map(({ statement }) => JSON.stringify(statement.predicate))),
      source,
    ),
  };
}

/** Scanners read the documents themselves, so each must be the predicate of a signed statement, or such a statement. */
async function unsignedTypes(
  referrers: readonly Referrer[],
  signed: ReadonlySet<string>,
  source: AttachmentSource,
): Promise<string[]> {
  const types: string[] = [];
  for (const { digest: reference, artifactType = "of no type" } of referrers) {
    const manifest = await source.getManifest(reference);
    const [layer, ...more] =
      (manifest && SignatureManifest.parse(manifest.bytes)?.signatures) ?? [];
    const document = layer && (await collected(source, layer.digest));
    const isSigned =
      document instanceof Uint8Array &&
      more.length === 0 &&
      [jsonIn(Buffer.from(document).toString("utf8")), Statement.parse(document)?.predicate].some(
        (each) => each !== undefined && signed.has(JSON.stringify(each)),
      );
    if (!isSigned) types.push(artifactType);
  }
  return types;
}

const FORMATS: readonly SignatureFormat[] = ["legacy", "bundle"];
/** Of every version. */
const BUNDLE_PREFIX = BUNDLE_MEDIA_TYPE.replace(/\.v[\d.]+\+json$/, "");

/** One of the three is there. */
interface Found {
  readonly format: SignatureFormat;
  readonly isSignature?: boolean;
  readonly statement?: Pick<Statement, "predicateType" | "predicate">;
  readonly problem?: string;
}

async function legacySignatures(
  key: VerificationKey,
  subject: Digest,
  source: AttachmentSource,
): Promise<Found[]> {
  const format = "legacy";
  const layers = await signatureLayers(source, SignatureManifest.tag(subject, "sig"));
  return layers.map(({ bytes, annotations, tag }) => {
    if (bytes instanceof LixImageError) return { format, problem: unreadable(tag, bytes) };
    const claim = SimpleSigning.open(key, { bytes, annotations });
    if (claim === undefined) return { format, problem: `${tag}: a signature by another key` };
    return claim.digest === subject
      ? { format, isSignature: true }
      : { format, problem: `${tag}: a signature of ${claim.digest}` };
  });
}

async function legacyAttestations(
  key: VerificationKey,
  subject: Digest,
  source: AttachmentSource,
): Promise<Found[]> {
  const layers = await signatureLayers(source, SignatureManifest.tag(subject, "att"));
  return layers.map(({ bytes, tag }) =>
    bytes instanceof LixImageError
      ? { format: "legacy", problem: unreadable(tag, bytes) }
      : ofStatement(LegacyAttestation.open(key, bytes), { subject, format: "legacy", where: tag }),
  );
}

interface BundlePlace {
  readonly referrer: Referrer;
  readonly source: AttachmentSource;
}

async function bundles(
  key: VerificationKey,
  subject: Digest,
  { referrer: { digest: where }, source }: BundlePlace,
): Promise<Found[]> {
  const manifest = await source.getManifest(where);
  const layers = manifest && SignatureManifest.parse(manifest.bytes)?.signatures;
  if (layers === undefined) return [{ format: "bundle", problem: `${where}: it cannot be read` }];
  const found: Found[] = [];
  for (const { digest } of layers) {
    const bytes = await collected(source, digest);
    found.push(
      bytes instanceof LixImageError
        ? { format: "bundle", problem: unreadable(where, bytes) }
        : ofStatement(SigstoreBundle.open(key, bytes), { subject, format: "bundle", where }),
    );
  }
  return found;
}

function ofStatement(
  opened: Uint8Array | undefined,
  { subject, format, where }: { subject: Digest; format: SignatureFormat; where: string },
): Found {
  if (opened === undefined) return { format, problem: `${where}: a statement by another key` };
  const statement = Statement.parse(opened);
  if (statement === undefined) return { format, problem: `${where}: no in-toto statement` };
  const { subjects, predicateType, predicate } = statement;
  if (!subjects.includes(subject))
    return { format, problem: `${where}: a statement about ${subjects.join(", ")}` };
  return predicateType === SIGNATURE_PREDICATE
    ? { format, isSignature: true }
    : { format, statement: { predicateType, predicate } };
}

interface TaggedLayer {
  readonly tag: string;
  readonly bytes: Uint8Array | LixImageError;
  readonly annotations: Readonly<Record<string, string>>;
}

async function signatureLayers(source: AttachmentSource, tag: string): Promise<TaggedLayer[]> {
  const manifest = await source.getManifest(tag);
  const layers = manifest && SignatureManifest.parse(manifest.bytes)?.signatures;
  const read: TaggedLayer[] = [];
  for (const { digest, annotations } of layers ?? [])
    read.push({ tag, annotations, bytes: await collected(source, digest) });
  return read;
}

/** Or why it cannot be read. Anyone may attach anything, and signatures beside it count all the same. */
const collected = (source: AttachmentSource, digest: Digest): Promise<Uint8Array | LixImageError> =>
  collectWithin("attachmentBytes", source.getBlob(digest), digest).catch((error: unknown) => {
    if (error instanceof LixImageError) return error;
    throw error;
  });

const unreadable = (where: string, { message }: LixImageError): string => `${where}: ${message}`;

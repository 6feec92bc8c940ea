/** Whether a key vouches for an image, and whether what it says about the image is so. @module */
import { resolve } from "node:path";
import { claimsOf, wrongClaims, type Claims } from "../../attest/claims.ts";
import { readFileWithin } from "../../base/read-file.ts";
import { withFile } from "../../base/file-unusable.ts";
import { sha256Hex } from "../../base/sha256.ts";
import { decodeUtf8 } from "../../base/utf8.ts";
import { readNarHashes, type NarHashes } from "../../compare/nar-hashes.ts";
import type { Digest } from "../../formats/oci/digest.ts";
import { Platform } from "../../formats/oci/platform.ts";
import type { PlatformImage } from "../../formats/oci/read-image.ts";
import { readEvidence, type Attestation, type Evidence } from "../../signing/evidence.ts";
import { VerificationKey } from "../../signing/verification-key.ts";
import type { ImageSource } from "../image-source.ts";
import type { CheckResult } from "./check-result.ts";

export interface TrustOptions {
  readonly key: NamedKey;
  /** The lock that provenance must name. */
  readonly lockFile: string | undefined;
}

export interface NamedKey {
  readonly file: string;
  readonly publicKey: VerificationKey;
}

export async function readPublicKey(file: string): Promise<NamedKey> {
  const path = resolve(file);
  const pem = decodeUtf8(await withFile(path, () => readFileWithin("documentBytes", path)), path);
  return { file, publicKey: VerificationKey.parse(pem, file) };
}

export async function checkTrust(
  image: ImageSource,
  { key: { file, publicKey }, lockFile }: TrustOptions,
): Promise<CheckResult> {
  const { attachments } = image;
  if (attachments === undefined) throw new RangeError("a docker archive has no signatures");
  const facts = { lockSha256: await lockSha256Of(lockFile), heldBy: hashReader(image) };
  const subjects: SubjectReport[] = [];
  for (const subject of subjectsOf(image)) {
    const evidence = await readEvidence(publicKey, subject.digest, attachments);
    const attestations: AttestationReport[] = [];
    const lockSha256 = lockToName(evidence.attestations, facts.lockSha256);
    for (const each of evidence.attestations)
      attestations.push(await reportOf(each, { ...facts, lockSha256, subject }));
    subjects.push({ ...subject, ...evidence, attestations });
  }
  const [root] = subjects;
  const isSigned = root !== undefined && root.signatures.length > 0;
  const isTrue = subjects.every((each) =>
    each.attestations.every(({ wrong }) => wrong.length === 0),
  );
  const { fingerprint } = publicKey;
  const by = `${file} (${fingerprint})`;
  return {
    passed: isSigned && isTrue,
    json: { trust: { key: fingerprint, signed: isSigned, subjects: subjects.map(forPrograms) } },
    lines: [
      `${image.description} is ${isSigned ? "" : "not "}signed by ${by}`,
      ...subjects.flatMap(subjectLines),
    ],
  };
}

/** The root first: it names the others by their digests. */
function subjectsOf({ root, platforms }: ImageSource): Subject[] {
  const children = platforms.filter(({ digest }) => digest !== root.digest);
  return [
    { name: children.length > 0 ? "the index" : "the manifest", digest: root.digest, platforms },
    ...children.map((each) => ({
      name: Platform.format(each.platform),
      digest: each.digest,
      platforms: [each],
    })),
  ];
}

interface Subject {
  readonly name: string;
  readonly digest: Digest;
  /** What it is about. */
  readonly platforms: readonly PlatformImage[];
}

type SubjectReport = Subject &
  Omit<Evidence, "attestations"> & { readonly attestations: readonly AttestationReport[] };

interface AttestationReport extends Pick<Attestation, "predicateType" | "formats"> {
  /** Undefined for a predicate of which nothing can be checked. */
  readonly claims: Claims | undefined;
  /** What it says that is not so. */
  readonly wrong: readonly string[];
}

interface Facts {
  /** That the provenance must name. */
  readonly lockSha256: string | undefined;
  readonly heldBy: (image: PlatformImage) => Promise<NarHashes>;
  readonly subject: Subject;
}

/** Two locks may make one image, and its provenance is pushed with each. So it is enough that one names the lock. */
function lockToName(
  attestations: readonly Attestation[],
  lockSha256: string | undefined,
): string | undefined {
  const isNamed = attestations.some(
    ({ predicateType, predicate }) => claimsOf(predicateType, predicate)?.lockSha256 === lockSha256,
  );
  return isNamed ? undefined : lockSha256;
}

async function reportOf(
  { predicateType, predicate, formats }: Attestation,
  { lockSha256, heldBy, subject }: Facts,
): Promise<AttestationReport> {
  const claims = claimsOf(predicateType, predicate);
  if (claims === undefined) return { predicateType, formats, claims, wrong: [] };
  const held = new Map<string, string | undefined>();
  for (const image of subject.platforms)
    for (const [path, hash] of await heldBy(image)) held.set(path, hash);
  const wrong = wrongClaims(claims, held);
  if (
    lockSha256 !== undefined &&
    claims.lockSha256 !== undefined &&
    claims.lockSha256 !== lockSha256
  )
    wrong.push(`the lock has sha256 ${lockSha256}, not ${claims.lockSha256}`);
  return { predicateType, formats, claims, wrong };
}

/** Reads the layers of each platform once, and only if a document says something about them. */
function hashReader(image: ImageSource): Facts["heldBy"] {
  const known = new Map<Digest, Promise<NarHashes>>();
  return (platform) => {
    const hashes = known.get(platform.digest) ?? readNarHashes(image, platform.layers);
    known.set(platform.digest, hashes);
    return hashes;
  };
}

async function lockSha256Of(lockFile: string | undefined): Promise<string | undefined> {
  if (lockFile === undefined) return undefined;
  return sha256Hex(await withFile(lockFile, () => readFileWithin("lockBytes", lockFile)));
}

const LINES_SHOWN = 20;

function subjectLines(subject: SubjectReport): string[] {
  const { name, digest, signatures, attestations, disregarded, unsigned } = subject;
  return [
    `  ${name} (${digest}): ${signatures.length > 0 ? `signed (${signatures.join(", ")})` : "not signed by this key"}`,
    ...attestations.flatMap(attestationLines),
    ...disregarded.map((line) => `    does not count: ${line}`),
    ...unsigned.map((type) => `    not signed by this key: a document, ${type}`),
  ];
}

function attestationLines({ predicateType, formats, claims, wrong }: AttestationReport): string[] {
  const what = `${claims?.document ?? predicateType} (${formats.join(", ")})`;
  if (claims === undefined) return [`    ${what}: signed; its contents are not checked`];
  const paths = `${claims.narHashes.size} store paths`;
  if (wrong.length === 0) return [`    ${what}: ${paths}, as in the image`];
  const more = wrong.length - LINES_SHOWN;
  return [
    `    ${what}: wrong`,
    ...wrong.slice(0, LINES_SHOWN).map((line) => `      ${line}`),
    ...(more > 0 ? [`      and ${more} more`] : []),
  ];
}

function forPrograms({
  name,
  digest,
  signatures,
  attestations,
  disregarded,
  unsigned,
}: SubjectReport) {
  return {
    ...{ name, digest, signatures, disregarded, unsigned },
    attestations: attestations.map(({ predicateType, formats, claims, wrong }) => ({
      predicateType,
      formats,
      checked: claims !== undefined,
      wrong,
    })),
  };
}

/** What is found beside an image, with signatures that real cosign made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { SignatureManifest } from "../../../provider/formats/oci/signature-manifest.ts";
import { readEvidence, type AttachmentSource } from "../../../provider/signing/evidence.ts";
import { BUNDLE_MEDIA_TYPE } from "../../../provider/signing/sigstore-bundle.ts";
import { publicKeyVector, signingVector } from "../../support/signing-vectors.ts";

const image = Digest.of(signingVector("image.json"));
const key = publicKeyVector("cosign.pub");
const otherKey = publicKeyVector("sec1.pub");

interface Attached {
  /** By tag, vectors of manifests. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Vectors of manifests. */
  readonly referrers?: readonly string[];
  readonly unsigned?: readonly string[];
}

/** A registry that has all the blobs of the vectors. */
function sourceOf({ tags = {}, referrers = [], unsigned = [] }: Attached): AttachmentSource {
  const layers = ["sig-layer", "att-layer", "attestation-bundle", "signature-bundle"];
  const blobs = new Map(
    layers.map((name) => signingVector(`${name}.json`)).map((bytes) => [Digest.of(bytes), bytes]),
  );
  const manifests = new Map<string, Uint8Array>([
    ...Object.entries(tags).map(([tag, name]) => [tag, signingVector(name)] as const),
    ...referrers
      .map((name) => signingVector(name))
      .map((bytes) => [Digest.of(bytes), bytes] as const),
  ]);
  return {
    listReferrers: async () => [
      ...referrers.map((name) => ({
        digest: Digest.of(signingVector(name)),
        artifactType: BUNDLE_MEDIA_TYPE,
      })),
      ...unsigned.map((artifactType) => ({ digest: image, artifactType })),
    ],
    getManifest: async (reference) => {
      const bytes = manifests.get(reference);
      return bytes && { bytes };
    },
    getBlob: (digest) => Bytes.of(blobs.get(digest) ?? new Uint8Array()),
  };
}

const LEGACY = {
  [SignatureManifest.tag(image, "sig")]: "sig.json",
  [SignatureManifest.tag(image, "att")]: "att.json",
};
const BUNDLES = ["signature-referrer.json", "attestation-referrer.json"];

test("signatures and attestations are found in both formats, and one statement counts once", async () => {
  const source = sourceOf({ tags: LEGACY, referrers: BUNDLES });
  const { signatures, attestations, disregarded } = await readEvidence(key, image, source);
  assert.deepEqual(signatures, ["legacy", "bundle"]);
  assert.ok(attestations.length > 0);
  assert.deepEqual(attestations.flatMap(({ formats }) => formats).sort(), ["bundle", "legacy"]);
  assert.deepEqual(disregarded, []);
});

test("each format is enough", async () => {
  for (const [attached, format] of [
    [{ tags: LEGACY }, "legacy"],
    [{ referrers: BUNDLES }, "bundle"],
  ] as const) {
    const found = await readEvidence(key, image, sourceOf(attached));
    assert.deepEqual(found.signatures, [format]);
    assert.deepEqual(
      found.attestations.flatMap(({ formats }) => formats),
      [format],
    );
  }
});

test("what another key has signed does not count, and is named", async () => {
  const source = sourceOf({ tags: LEGACY, referrers: BUNDLES });
  const { signatures, attestations, disregarded } = await readEvidence(otherKey, image, source);
  assert.deepEqual([signatures, attestations], [[], []]);
  assert.equal(disregarded.length, 4);
  for (const line of disregarded) assert.match(line, /by another key$/);
});

test("a signature of another image does not count, wherever it was copied to", async () => {
  const other = Digest.of(Buffer.from("another image"));
  const tags = {
    [SignatureManifest.tag(other, "sig")]: "sig.json",
    [SignatureManifest.tag(other, "att")]: "att.json",
  };
  const found = await readEvidence(key, other, sourceOf({ tags, referrers: BUNDLES }));
  assert.deepEqual([found.signatures, found.attestations], [[], []]);
  assert.equal(found.disregarded.length, 4);
  for (const line of found.disregarded) assert.match(line, new RegExp(`(?:of|about) ${image}$`));
});

test("documents without a signature are named, and an image without anything has nothing", async () => {
  const unsigned = ["application/spdx+json"];
  assert.deepEqual(await readEvidence(key, image, sourceOf({ unsigned })), {
    ...{ signatures: [], attestations: [], disregarded: [], unsigned },
  });
});

test("a referrer that is no manifest is named", async () => {
  const source = { ...sourceOf({ referrers: BUNDLES }), getManifest: async () => undefined };
  const { signatures, disregarded } = await readEvidence(key, image, source);
  assert.deepEqual(signatures, []);
  assert.equal(disregarded.length, 2);
});

test("a blob that cannot be read is named, and signatures beside it count", async () => {
  const source = sourceOf({ tags: LEGACY, referrers: BUNDLES });
  const isLegacy = (digest: Digest): boolean =>
    ["sig-layer", "att-layer"].some((name) => digest === Digest.of(signingVector(`${name}.json`)));
  const lost = {
    ...source,
    getBlob: (digest: Digest) => (isLegacy(digest) ? tooLarge() : source.getBlob(digest)),
  };
  const { signatures, attestations, disregarded } = await readEvidence(key, image, lost);
  assert.deepEqual(signatures, ["bundle"]);
  assert.deepEqual(
    attestations.map(({ formats }) => formats),
    [["bundle"]],
  );
  assert.equal(disregarded.length, 2);
  for (const line of disregarded) assert.match(line, /^sha256-\S+: .*: expected at most/);
});

test("something of any size that others have attached is no obstacle", async () => {
  const source = sourceOf({ referrers: BUNDLES });
  const theirs = { digest: Digest.of(signingVector("sig.json")), artifactType: "text/x-model" };
  const larger = {
    ...source,
    listReferrers: async (subject: Digest) => [...(await source.listReferrers(subject)), theirs],
    getManifest: async (reference: string) =>
      reference === theirs.digest
        ? { bytes: signingVector("sig.json") }
        : source.getManifest(reference),
    getBlob: (digest: Digest) =>
      digest === Digest.of(signingVector("sig-layer.json")) ? tooLarge() : source.getBlob(digest),
  };
  const { signatures, unsigned } = await readEvidence(key, image, larger);
  assert.deepEqual([signatures, unsigned], [["bundle"], ["text/x-model"]]);
});

async function* tooLarge(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(16 * 1024 * 1024);
  for (let at = 0; at < 5; at += 1) yield chunk;
}

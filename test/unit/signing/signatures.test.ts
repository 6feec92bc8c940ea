import assert from "node:assert/strict";
import { test } from "node:test";
import { attachedManifest } from "../../../provider/formats/oci/attachment.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { MediaType } from "../../../provider/formats/oci/media-type.ts";
import { SignatureManifest } from "../../../provider/formats/oci/signature-manifest.ts";
import { LegacyAttestation } from "../../../provider/signing/legacy-attestation.ts";
import { SigstoreBundle } from "../../../provider/signing/sigstore-bundle.ts";
import { SimpleSigning } from "../../../provider/signing/simple-signing.ts";
import { SIGNATURE_PREDICATE, Statement } from "../../../provider/signing/statement.ts";
import { publicKeyVector, signingKeyVector, signingVector } from "../../support/signing-vectors.ts";

const image = signingVector("image.json");
const digest = Digest.of(image);
const reference = "127.0.0.1:5511/acme/lix";
const publicKey = publicKeyVector("cosign.pub");
const otherKey = publicKeyVector("sec1.pub");
const key = await signingKeyVector("cosign.key");

const read = (name: string): Record<string, unknown> => JSON.parse(String(signingVector(name)));
const cosignSignatures = SignatureManifest.parse(signingVector("sig.json"));
const [cosignSignature] = cosignSignatures?.signatures ?? [];

test("cosign's signature is recognized, by its own key only", () => {
  const bytes = signingVector("sig-layer.json");
  const { annotations = {} } = cosignSignature ?? {};
  const claim = SimpleSigning.open(publicKey, { bytes, annotations });
  assert.deepEqual(claim, { reference, digest });
  assert.equal(SimpleSigning.open(otherKey, { bytes, annotations }), undefined);
  const changed = Buffer.from(String(bytes).replace("acme", "evil"));
  assert.equal(SimpleSigning.open(publicKey, { bytes: changed, annotations }), undefined);
  for (const signature of ["", "AAAA", "not base64"]) {
    const spoiled = { "dev.cosignproject.cosign/signature": signature };
    assert.equal(SimpleSigning.open(publicKey, { bytes, annotations: spoiled }), undefined);
  }
  assert.equal(SimpleSigning.open(publicKey, { bytes, annotations: {} }), undefined);
});

test("our signature signs the same bytes as cosign's, in the same manifest and config", () => {
  const layer = SimpleSigning.sign(key, { reference, digest });
  assert.deepEqual(layer.bytes, signingVector("sig-layer.json"));
  assert.deepEqual(SimpleSigning.open(publicKey, layer), { reference, digest });
  const signatures = [SignatureManifest.descriptorOf(layer)];
  const { manifest, config } = SignatureManifest.write({ ...SignatureManifest.empty, signatures });
  assert.equal(config.digest, Digest.of(signingVector("sig-config.json")));
  const withoutSignature = (json: Record<string, unknown>) =>
    JSON.parse(JSON.stringify(json).replace(/"annotations":\{[^}]*\}/, '"annotations":{}'));
  const ours: Record<string, unknown> = JSON.parse(Buffer.from(manifest.bytes).toString());
  assert.deepEqual(withoutSignature(ours), withoutSignature(read("sig.json")));
});

test("a signature is added to those of others, whose unknown fields are kept", () => {
  const theirs = SignatureManifest.parse(
    Buffer.from(
      JSON.stringify({
        ...read("sig.json"),
        layers: [{ ...cosignSignature, urls: ["https://example.org"] }],
        annotations: { "org.example": "kept" },
        future: [1],
      }),
    ),
  );
  assert.ok(theirs !== undefined);
  const ours = SignatureManifest.descriptorOf(SimpleSigning.sign(key, { reference: "b", digest }));
  const { manifest } = SignatureManifest.write({
    ...theirs,
    signatures: [...theirs.signatures, ours],
  });
  const { layers, annotations, future } = JSON.parse(Buffer.from(manifest.bytes).toString());
  assert.deepEqual(layers, [{ ...cosignSignature, urls: ["https://example.org"] }, ours]);
  assert.deepEqual([annotations, future], [{ "org.example": "kept" }, [1]]);
});

test("what is no manifest of signatures is not read as one", () => {
  for (const text of [
    "",
    "{}",
    '{"schemaVersion":2,"layers":[{}]}',
    `{"schemaVersion":2,"mediaType":"${MediaType.index}","manifests":[]}`,
    '{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"sha256:0","size":1}]}',
  ])
    assert.equal(SignatureManifest.parse(Buffer.from(text)), undefined);
});

test("the tag of signatures is cosign's", () => {
  assert.equal(
    SignatureManifest.tag(digest, "sig"),
    "sha256-51541564d3e95f90227e0fdf8c87c5c8619e64187f8b2343ff28f97d47b2dd26.sig",
  );
});

for (const [name, predicateType] of [
  ["signature", SIGNATURE_PREDICATE],
  ["attestation", "https://spdx.dev/Document"],
] as const)
  test(`the bundle of cosign's ${name} is recognized, by its own key only`, () => {
    const bytes = signingVector(`${name}-bundle.json`);
    const statement = Statement.parse(SigstoreBundle.open(publicKey, bytes) ?? Buffer.of());
    assert.deepEqual(statement?.subjects, [digest]);
    assert.equal(statement.predicateType, predicateType);
    assert.equal(SigstoreBundle.open(otherKey, bytes), undefined);
    assert.equal(SigstoreBundle.open(publicKey, Buffer.from("{}")), undefined);
  });

test("our bundle is attached as cosign attaches its own, without the clock", () => {
  const statement = Statement.format(digest, SIGNATURE_PREDICATE, "{}");
  const bundle = SigstoreBundle.sign(key, statement, SIGNATURE_PREDICATE);
  const subject = { mediaType: MediaType.manifest, digest, size: image.length };
  const attached = attachedManifest(bundle, subject);
  const ours = JSON.parse(Buffer.from(attached.bytes).toString());
  const theirs = JSON.parse(String(signingVector("signature-referrer.json")));
  assert.equal(ours.artifactType, theirs.config.artifactType);
  assert.deepEqual(ours.subject, theirs.subject);
  assert.equal(ours.layers[0].mediaType, theirs.layers[0].mediaType);
  const { "org.opencontainers.image.created": _, ...annotations } = theirs.annotations;
  assert.deepEqual(ours.annotations, annotations);
  const material = (bytes: Uint8Array) =>
    JSON.parse(Buffer.from(bytes).toString()).verificationMaterial;
  assert.deepEqual(material(bundle.layer.bytes), material(signingVector("signature-bundle.json")));
  const opened = SigstoreBundle.open(publicKey, bundle.layer.bytes);
  assert.deepEqual(Buffer.from(opened ?? []), Buffer.from(statement));
});

test("cosign's attestation of before 3.0 is recognized, and ours has its form", () => {
  const bytes = signingVector("att-layer.json");
  const statement = Statement.parse(LegacyAttestation.open(publicKey, bytes) ?? Buffer.of());
  assert.deepEqual(statement?.subjects, [digest]);
  assert.deepEqual(statement.predicate, { spdxVersion: "SPDX-2.3", name: "x" });
  assert.equal(LegacyAttestation.open(otherKey, bytes), undefined);

  const spdx = "https://spdx.dev/Document";
  const ours = LegacyAttestation.sign(key, Statement.format(digest, spdx, '{"a":1}'), spdx);
  const [theirs] = SignatureManifest.parse(signingVector("att.json"))?.signatures ?? [];
  const { "pulumi-lix.signer": signer, ...annotations } = ours.annotations;
  assert.equal(signer, publicKey.fingerprint);
  assert.deepEqual(annotations, theirs?.annotations);
  assert.equal(ours.mediaType, theirs?.mediaType);
  const opened = Statement.parse(LegacyAttestation.open(publicKey, ours.bytes) ?? Buffer.of());
  assert.deepEqual(opened, { subjects: [digest], predicateType: spdx, predicate: { a: 1 } });
});

test("a statement of another version, or of no digest that we know, has no subject of ours", () => {
  const statement = { _type: "https://in-toto.io/Statement/v2", subject: [], predicateType: "a" };
  assert.equal(Statement.parse(Buffer.from(JSON.stringify(statement))), undefined);
  const v1 = { ...statement, _type: "https://in-toto.io/Statement/v1" };
  const subject = [{ name: "a", digest: { sha512: "00" } }];
  assert.deepEqual(Statement.parse(Buffer.from(JSON.stringify({ ...v1, subject })))?.subjects, []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { signaturesOf } from "../../../provider/app/signatures.ts";
import type { ManifestWrite } from "../../../provider/destination/destination.ts";
import { registryDestination } from "../../../provider/destination/registry.ts";
import type { Image, TaggedSignatures } from "../../../provider/formats/oci/image.ts";
import { MediaType } from "../../../provider/formats/oci/media-type.ts";
import type { SignatureDescriptor } from "../../../provider/formats/oci/signature-layer.ts";
import { SignatureManifest } from "../../../provider/formats/oci/signature-manifest.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { readSignatures } from "../../../provider/registry/signatures.ts";
import { SimpleSigning } from "../../../provider/signing/simple-signing.ts";
import type { SigningKey } from "../../../provider/signing/signing-key.ts";
import { type TestRegistry, withTestRegistry } from "../../support/registry.ts";
import { blobOf, sampleImage, sampleIndex } from "../../support/sample-image.ts";
import { signingKeyVector } from "../../support/signing-vectors.ts";

const ours = await signingKeyVector("sec1.pem");
const theirs = await signingKeyVector("ed25519.pem");
const DOCUMENT = {
  artifactType: "application/spdx+json",
  layer: { mediaType: "application/spdx+json", bytes: Buffer.from("{}") },
  annotations: {},
};
const SINGLE = sampleImage("alone");
const SIGNED = signedBy(ours, SINGLE);
const SIG = { subject: SINGLE.root.digest, kind: "sig" } as const;
const TAG = SignatureManifest.tag(SIG.subject, SIG.kind);

/** With its legacy signatures alone. */
function signedBy(key: SigningKey, image: Image): Image {
  const signatures = [...image.children, image.root].flatMap(
    ({ digest }): readonly TaggedSignatures[] => signaturesOf(key, digest, [DOCUMENT]).tagged,
  );
  return { ...image, signatures };
}

interface Scene {
  readonly registry: TestRegistry;
  readonly client: RegistryClient;
  readonly publish: (image: Image, tags?: readonly string[]) => Promise<string[]>;
  readonly signatures: () => Promise<readonly SignatureDescriptor[]>;
}

const withScene = (use: (scene: Scene) => Promise<void>): Promise<void> =>
  withTestRegistry(async (registry) => {
    const client = new RegistryClient(
      { host: registry.host, name: "acme/lix", plainHttp: true },
      { credentials: async () => undefined, retryDelayMs: 1 },
    );
    await use({
      registry,
      client,
      async publish(image, tags = ["latest"]) {
        const written: string[] = [];
        const onWrite = ({ reference }: ManifestWrite): void => void written.push(reference);
        await registryDestination(client).publish(image, { tags, onWrite });
        return written;
      },
      signatures: async () => (await readSignatures(client, SIG))?.signatures ?? [],
    });
  });

/** Puts a signature of somebody else under the tag. */
async function putSignature(
  { client }: Scene,
  key: SigningKey,
  claim: { reference?: string } = {},
): Promise<void> {
  const { reference = client.description } = claim;
  const layer = SimpleSigning.sign(key, { reference, digest: SIG.subject });
  const { manifest, config } = SignatureManifest.write({
    ...SignatureManifest.empty,
    signatures: [SignatureManifest.descriptorOf(layer)],
  });
  for (const blob of [config, blobOf(layer.bytes)]) await client.pushBlob(blob);
  await client.putManifest(TAG, manifest);
}

const signersOf = (signatures: readonly SignatureDescriptor[]): unknown[] =>
  signatures.map(({ annotations }) => annotations["pulumi-lix.signer"]);

test("index and platforms get signatures and signed statements, before the tag moves", () =>
  withScene(async ({ registry, client, publish }) => {
    const index = sampleIndex(sampleImage("for amd64"), sampleImage("for arm64"));
    const written = await publish(signedBy(ours, index));
    const tags = [...index.children, index.root].flatMap(({ digest }) =>
      (["sig", "att"] as const).map((kind) => SignatureManifest.tag(digest, kind)),
    );
    for (const tag of tags) {
      assert.ok(written.includes(tag), tag);
      const held = await client.getManifest(tag);
      assert.equal(SignatureManifest.parse(held?.bytes ?? Buffer.of())?.signatures.length, 1);
    }
    assert.equal(written.at(-1), "latest");
    registry.log.length = 0;
    assert.deepEqual(await publish(signedBy(ours, index)), []);
    assert.ok(registry.log.every(({ method }) => method === "GET" || method === "HEAD"));
  }));

test("there is one signature for each tag, by the name of the repository that it is in", () =>
  withScene(async ({ client, publish, signatures }) => {
    await publish(SIGNED, ["latest", "2.93"]);
    const claims = await Promise.all(
      (await signatures()).map(async ({ digest, annotations }) => {
        const bytes = Buffer.concat(await Array.fromAsync(client.getBlob(digest)));
        return SimpleSigning.open(ours.publicKey, { bytes, annotations })?.reference;
      }),
    );
    assert.deepEqual(claims, [`${client.description}:latest`, `${client.description}:2.93`]);
  }));

test("signatures of others are kept", () =>
  withScene(async (scene) => {
    await scene.publish(SINGLE);
    await putSignature(scene, theirs);
    const written = await scene.publish(SIGNED);
    // The two are written at the same time.
    assert.deepEqual(new Set(written), new Set([TAG, SignatureManifest.tag(SIG.subject, "att")]));
    assert.deepEqual(signersOf(await scene.signatures()), [
      theirs.publicKey.fingerprint,
      ours.publicKey.fingerprint,
    ]);
    assert.deepEqual(await scene.publish(SIGNED), []);
  }));

test("a signature that cosign made by the same key is not repeated", () =>
  withScene(async (scene) => {
    await scene.publish(SINGLE);
    // The name that cosign gives, without a tag.
    await putSignature(scene, ours);
    await scene.publish(SIGNED);
    assert.equal((await scene.signatures()).length, 1);
  }));

test("a signature by another key, or for another image, does not stand for ours", () =>
  withScene(async (scene) => {
    await scene.publish(SINGLE);
    const reference = `${scene.client.description}:latest`;
    await putSignature(scene, theirs, { reference });
    await scene.publish(SIGNED);
    assert.equal((await scene.signatures()).length, 2);
    await putSignature(scene, ours, { reference: "elsewhere.example/lix:latest" });
    await scene.publish(SIGNED);
    assert.equal((await scene.signatures()).length, 2);
  }));

test("a signature that another signer overwrites at the same time is added again", () =>
  withScene(async (scene) => {
    await scene.publish(SINGLE);
    let isOverwritten = false;
    const { registry } = scene;
    const before = registry.store.repository("acme/lix").tags;
    const set = before.set.bind(before);
    before.set = (tag, digest) => {
      set(tag, digest);
      if (tag !== TAG || isOverwritten) return before;
      isOverwritten = true;
      // They had read the manifest before ours was there.
      queueMicrotask(() => void putSignature(scene, theirs));
      return before;
    };
    await scene.publish(SIGNED);
    assert.ok(isOverwritten);
    assert.deepEqual(
      new Set(signersOf(await scene.signatures())),
      new Set([ours.publicKey.fingerprint, theirs.publicKey.fingerprint]),
    );
  }));

test("something else under the tag of signatures is not overwritten", () =>
  withScene(async ({ client, publish }) => {
    await publish(SINGLE);
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
    await client.putManifest(TAG, { mediaType: MediaType.index, bytes: index });
    await assert.rejects(publish(SIGNED), { code: "SIGNATURE_TAG_FOREIGN" });
    assert.deepEqual((await client.getManifest(TAG))?.bytes, index);
  }));

import assert from "node:assert/strict";
import { test } from "node:test";
import { provenanceStatement } from "../../../provider/attest/provenance.ts";
import type { Lock } from "../../../provider/lock/lock.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { SAMPLE_LOCK, sampleBill, sampleImage } from "../../support/sample-bill.ts";
import { pathOf, PUBLIC_KEY, SYSTEM } from "../../support/world/planned.ts";

const IMAGE = sampleImage();

const statementOf = (lock: Lock = SAMPLE_LOCK) =>
  JSON.parse(
    provenanceStatement({
      bill: sampleBill(IMAGE),
      lock,
      lockSha256: "ab".repeat(32),
      parameters: { maxLayers: 40 },
      formatVersion: 2,
      version: "1.2.3",
    }),
  );

test("a statement is about the manifest that it is made for", () => {
  const { _type, subject, predicateType } = statementOf();
  assert.equal(_type, "https://in-toto.io/Statement/v1");
  assert.equal(predicateType, "https://slsa.dev/provenance/v1");
  assert.deepEqual(subject, [
    { name: "ghcr.io/acme/lix", digest: { sha256: IMAGE.digest.slice("sha256:".length) } },
  ]);
});

test("a statement names the lock, its caches and their keys", () => {
  const { externalParameters, resolvedDependencies } = statementOf().predicate.buildDefinition;
  assert.deepEqual(externalParameters, {
    arguments: { maxLayers: 40 },
    lock: {
      digest: { sha256: "ab".repeat(32) },
      caches: [{ url: "https://cache.example", trustedPublicKeys: [PUBLIC_KEY] }],
    },
  });
  assert.deepEqual(resolvedDependencies[0].digest, { sha256: "ab".repeat(32) });
});

test("a cache in a folder beside the lock has no path of this machine", () => {
  const caches = [{ url: "file:///home/me/cache", relativePath: "./cache", trustedPublicKeys: [] }];
  const { externalParameters } = statementOf({ ...SAMPLE_LOCK, caches }).predicate.buildDefinition;
  assert.equal(externalParameters.lock.caches[0].url, "./cache");
});

test("each store path from a cache has its narHash and who vouches for it", () => {
  const { resolvedDependencies } = statementOf().predicate.buildDefinition;
  const bash = pathOf("bashInteractive");
  const found = resolvedDependencies.find(
    (each: { annotations?: { storePath: string } }) => each.annotations?.storePath === bash,
  );
  const narHash = SYSTEM.paths.get(bash)?.narHash ?? assert.fail();
  assert.deepEqual(found.digest, { sha256: NarHash.toHex(narHash) });
  assert.deepEqual(found.annotations, { storePath: bash, narHash, signedBy: [PUBLIC_KEY] });
  // The lock is the first one.
  for (const { name, annotations } of resolvedDependencies.slice(1))
    assert.ok(annotations.signedBy.length > 0 || annotations.contentAddress !== undefined, name);
});

test("what is made here stands apart, with what it is made from", () => {
  const { byproducts, builder } = statementOf().predicate.runDetails;
  assert.deepEqual(builder.version, { "pulumi-lix": "1.2.3" });
  assert.equal(byproducts.length, 5);
  for (const { name, annotations } of byproducts)
    assert.equal(typeof annotations.madeFrom, "string", name);
});

test("every resource has a digest, as in-toto asks for", () => {
  const { buildDefinition, runDetails } = statementOf().predicate;
  for (const { name, digest } of [
    ...buildDefinition.resolvedDependencies,
    ...runDetails.byproducts,
  ])
    assert.match(digest.sha256, /^[0-9a-f]{64}$/, name);
});

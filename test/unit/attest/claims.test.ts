import assert from "node:assert/strict";
import { test } from "node:test";
import { claimsOf, wrongClaims } from "../../../provider/attest/claims.ts";
import { CYCLONEDX_PREDICATE, cyclonedxDocument } from "../../../provider/attest/cyclonedx.ts";
import { PROVENANCE_TYPE, provenanceStatement } from "../../../provider/attest/provenance.ts";
import { SPDX_PREDICATE, spdxDocument } from "../../../provider/attest/spdx.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { SAMPLE_LOCK, sampleBill, sampleImage } from "../../support/sample-bill.ts";

const bill = sampleBill(sampleImage());
const lockSha256 = "ab".repeat(32);
const statement = provenanceStatement({
  ...{ bill, lock: SAMPLE_LOCK, lockSha256, parameters: {}, formatVersion: 2, version: "1" },
});
const PREDICATES: readonly (readonly [type: string, predicate: unknown])[] = [
  [SPDX_PREDICATE, JSON.parse(spdxDocument(bill, "1"))],
  [CYCLONEDX_PREDICATE, JSON.parse(cyclonedxDocument(bill, "1"))],
  [PROVENANCE_TYPE, JSON.parse(statement).predicate],
];

test("each of our documents claims the NAR hash of every store path", () => {
  const expected = new Map(
    bill.components.flatMap(({ storePath, narHash }) =>
      storePath === undefined || narHash === undefined
        ? []
        : [[String(storePath), NarHash.toHex(narHash)] as const],
    ),
  );
  assert.ok(expected.size > 10);
  for (const [type, predicate] of PREDICATES) {
    const claims = claimsOf(type, predicate);
    assert.deepEqual(new Map([...(claims?.narHashes ?? [])].sort()), new Map([...expected].sort()));
    assert.equal(claims?.lockSha256, type === PROVENANCE_TYPE ? lockSha256 : undefined);
    assert.deepEqual(wrongClaims({ narHashes: expected }, claims?.narHashes ?? new Map()), []);
  }
});

test("documents of other tools claim nothing about store paths, and neither do malformed ones", () => {
  const digest = { sha256: "1" };
  const others = [
    [SPDX_PREDICATE, { packages: [{ name: "x", packageFileName: "./x.tar", checksums: [] }] }],
    [CYCLONEDX_PREDICATE, { components: [{ name: "x", version: "1", properties: [] }] }],
    [
      PROVENANCE_TYPE,
      {
        buildDefinition: { resolvedDependencies: [{ uri: "pkg:docker/x@1", digest }] },
        runDetails: {},
      },
    ],
  ] as const;
  for (const [type, other] of others) assert.equal(claimsOf(type, other), undefined);
  for (const type of [...PREDICATES.map(([each]) => each), "https://example.org/vote"])
    for (const wrong of [undefined, null, [], {}, "text"])
      assert.equal(claimsOf(type, wrong), undefined);
});

test("a claim is wrong about a path that is missing, changed, unnamed, or no NAR", () => {
  const narHashes = new Map([
    ["/nix/store/a", "1"],
    ["/nix/store/b", "2"],
    ["/nix/store/c", "3"],
    ["/nix/store/d", "4"],
  ]);
  const held = new Map([
    ["/nix/store/a", "1"],
    ["/nix/store/b", "9"],
    ["/nix/store/c", undefined],
    ["/nix/store/e", "5"],
  ]);
  assert.deepEqual(wrongClaims({ narHashes }, held), [
    "/nix/store/b: its NAR has sha256 9, not 2",
    "/nix/store/c: its files in the image are not one NAR",
    "/nix/store/d: the image does not have it",
    "/nix/store/e: the document does not name it",
  ]);
});

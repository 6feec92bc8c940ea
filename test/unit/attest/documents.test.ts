import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import type { Bill } from "../../../provider/attest/bill.ts";
import { PackageMetadata } from "../../../provider/lock/package-metadata.ts";
import { cyclonedxDocument } from "../../../provider/attest/cyclonedx.ts";
import { spdxDocument } from "../../../provider/attest/spdx.ts";
import { schemaValidator } from "../../support/json-schema.ts";
import {
  KNOWN,
  SAMPLE_BILLS,
  sampleBill,
  sampleImage,
  UNUSUAL,
  systemWith,
} from "../../support/sample-bill.ts";
import { pathOf, PUBLIC_KEY } from "../../support/world/planned.ts";

const VALIDATORS = {
  spdx: schemaValidator("spdx-schema-2.3.json"),
  cyclonedx: schemaValidator(
    "bom-1.6.SNAPSHOT.schema.json",
    "spdx.SNAPSHOT.schema.json",
    "jsf-0.82.SNAPSHOT.schema.json",
  ),
};

for (const [name, bill] of Object.entries(SAMPLE_BILLS)) {
  test(`the SPDX document of ${name} is valid by SPDX's schema`, () => {
    const document = JSON.parse(spdxDocument(bill, "1.2.3"));
    assert.deepEqual(VALIDATORS.spdx(document), []);
    const ids = [document, ...document.packages].map(({ SPDXID }) => SPDXID);
    assert.equal(new Set(ids).size, ids.length);
    for (const { spdxElementId, relatedSpdxElement } of document.relationships)
      assert.ok(ids.includes(spdxElementId) && ids.includes(relatedSpdxElement));
  });

  test(`the CycloneDX document of ${name} is valid by CycloneDX's schema`, () => {
    const document = JSON.parse(cyclonedxDocument(bill, "1.2.3"));
    assert.deepEqual(VALIDATORS.cyclonedx(document), []);
    const refs = [document.metadata.component, ...document.components].map(
      (component) => component["bom-ref"],
    );
    assert.equal(new Set(refs).size, refs.length);
    for (const { ref, dependsOn } of document.dependencies)
      assert.deepEqual(
        [ref, ...dependsOn].filter((each) => !refs.includes(each)),
        [],
      );
  });
}

test("whatever a lock may say of a package, its documents are valid", () => {
  const fitting = (check: (text: string) => string, text: fc.Arbitrary<string>) =>
    text.filter((each) => {
      try {
        return check(each) !== "";
      } catch {
        return false;
      }
    });
  const text = fc.string({ unit: "binary" });
  const cpe = fitting(
    PackageMetadata.checkCpe,
    text.map((each) => `cpe:2.3:a:${each}:*:*:*:*:*:*:*`),
  );
  const metadata = fc.record({
    version: text,
    homepage: fitting(PackageMetadata.checkHomepage, fc.webUrl({ withFragments: true })),
    license: fitting(
      PackageMetadata.checkLicense,
      fc.stringMatching(/^[A-Za-z0-9.]{1,9}\+?(?: (?:AND|OR|WITH) [A-Za-z.]{1,9})?$/),
    ),
    identifiers: fc.record({ possibleCPEs: fc.array(cpe, { maxLength: 2 }) }),
  });
  const image = sampleImage();
  fc.assert(
    fc.property(metadata, (changes) => {
      const system = systemWith("gitMinimal", changes);
      const bill = sampleBill({ ...image, input: { ...image.input, system } });
      assert.deepEqual(VALIDATORS.spdx(JSON.parse(spdxDocument(bill, "1.2.3"))), []);
      assert.deepEqual(VALIDATORS.cyclonedx(JSON.parse(cyclonedxDocument(bill, "1.2.3"))), []);
    }),
    { numRuns: 30 },
  );
});

test("the schemas find a mistake", () => {
  assert.notDeepEqual(VALIDATORS.spdx({}), []);
  assert.notDeepEqual(VALIDATORS.cyclonedx({ bomFormat: "CycloneDX", specVersion: 1 }), []);
});

test("documents have the same bytes whenever they are made", () => {
  for (const make of [spdxDocument, cyclonedxDocument])
    assert.equal(
      make(sampleBill(sampleImage()), "1.2.3"),
      make(sampleBill(sampleImage()), "1.2.3"),
    );
});

test("documents that differ have different identifiers", () => {
  const [one, other] = [sampleBill(sampleImage()), sampleBill(sampleImage({}, KNOWN))];
  assert.equal(one.digest, other.digest, "the license is not in the image");
  const namespace = (bill: Bill) => JSON.parse(spdxDocument(bill, "1.2.3")).documentNamespace;
  const serial = (bill: Bill) => JSON.parse(cyclonedxDocument(bill, "1.2.3")).serialNumber;
  assert.notEqual(namespace(one), namespace(other));
  assert.notEqual(serial(one), serial(other));
});

test("an SPDX document says of a package what the lock says", () => {
  const document = JSON.parse(
    spdxDocument(sampleBill(sampleImage({ extraPkgs: ["curl"] }, UNUSUAL)), "1.2.3"),
  );
  const curl = document.packages.find(
    (each: { packageFileName?: string }) => each.packageFileName === pathOf("curl"),
  );
  assert.equal(curl.name, "curl+ssl_=?");
  assert.equal(curl.versionInfo, "8.9.1+git_2");
  assert.equal(curl.supplier, `Organization: ${PUBLIC_KEY.split(":", 1)[0]}`);
  assert.equal(
    curl.licenseDeclared,
    "(curl OR LicenseRef-nixpkgs-Custom-or-later) AND " +
      "LicenseRef-nixpkgs-GPL-2.0-only-WITH-unknown-exception",
  );
  assert.deepEqual(
    document.hasExtractedLicensingInfos.map(({ name }: { name: string }) => name),
    ["Custom+", "GPL-2.0-only WITH unknown-exception"],
  );
  assert.match(curl.sourceInfo, new RegExp(`signed by ${PUBLIC_KEY.slice(0, 20)}`));
  assert.equal(curl.homepage, "https://curl.se/%7Ba%7D%7Cb");
  const [purl, guess] = curl.externalRefs;
  assert.match(
    purl.referenceLocator,
    /^pkg:nix\/curl%2Bssl_%3D%3F@8\.9\.1%2Bgit_2\?.*outputhash=[0-9a-z]{32}$/,
  );
  assert.equal(guess.comment, "a guess of nixpkgs");
});

test("a CPE and a package URL that nixpkgs knows are in both documents", () => {
  const bill = sampleBill(sampleImage({}, KNOWN));
  const cyclonedx = JSON.parse(cyclonedxDocument(bill, "1.2.3"));
  const git = cyclonedx.components.find((each: { name: string }) => each.name === "git-minimal");
  const { purl, cpe } = KNOWN.packages.get("gitMinimal")?.identifiers ?? {};
  assert.deepEqual([git.purl, git.cpe], [purl, cpe]);
  const spdx = spdxDocument(bill, "1.2.3");
  assert.ok(spdx.includes(`"${purl}"`) && spdx.includes(`"${cpe}"`));
});

test("a CPE that nixpkgs only guesses is marked as a guess, and is where scanners read it", () => {
  const bill = SAMPLE_BILLS["an image of unusual packages"];
  // What is no CPE would make the document invalid.
  const guess = String.raw`cpe:2.3:a:curl:curl:8.9.1\+git_2:*:*:*:*:*:*:*`;
  const { components } = JSON.parse(cyclonedxDocument(bill, "1.2.3"));
  const curl = components.find((each: { name: string }) => each.name.startsWith("curl"));
  assert.equal(curl.cpe, undefined);
  assert.deepEqual(curl.evidence.identity, [{ field: "cpe", concludedValue: guess }]);
  assert.ok(
    curl.properties.some((each: object) =>
      isDeepStrictEqual(each, { name: "syft:cpe23", value: guess }),
    ),
  );
});

test("each layer of an SPDX document contains the components in it", () => {
  const bill = SAMPLE_BILLS["one image"];
  const { relationships } = JSON.parse(spdxDocument(bill, "1.2.3"));
  const contained = relationships.filter(
    (each: { relationshipType: string }) => each.relationshipType === "CONTAINS",
  );
  assert.equal(contained.length, bill.components.length + (bill.images[0]?.layers.length ?? 0));
});

test("the date of a document is that of the image, without fractions in SPDX", () => {
  const bill = SAMPLE_BILLS["an image with a date"];
  const { creationInfo } = JSON.parse(spdxDocument(bill, "1.2.3"));
  assert.equal(creationInfo.created, "2024-02-29T10:00:00Z");
  const { metadata } = JSON.parse(cyclonedxDocument(bill, "1.2.3"));
  assert.equal(metadata.timestamp, "2024-02-29T10:00:00.123Z");
});

test("an image without a date has Go's zero time in SPDX, which needs one", () => {
  const bill = SAMPLE_BILLS["one image"];
  const { creationInfo } = JSON.parse(spdxDocument(bill, "1.2.3"));
  assert.equal(creationInfo.created, "0001-01-01T00:00:00Z");
  assert.equal(JSON.parse(cyclonedxDocument(bill, "1.2.3")).metadata.timestamp, undefined);
});

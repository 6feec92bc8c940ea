import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReferrerOutput } from "../../sdk/outputs.ts";
import { withWorkshop } from "../support/workshop.ts";

test("sbom prints the bill of materials of an image that is in no registry", () =>
  withWorkshop({}, async (workshop) => {
    const file = await workshop.writeArgs({});
    const spdx = await workshop.run("sbom", file);
    assert.equal(spdx.code, 0, spdx.stderr);
    assert.equal(JSON.parse(spdx.stdout).spdxVersion, "SPDX-2.3");
    // Elsewhere, what looks like user@host is hidden.
    assert.match(spdx.stdout, /"pkg:nix\/glibc@2\.\d+\?/);
    const cyclonedx = await workshop.run("sbom", file, "--format", "cyclonedx");
    assert.equal(JSON.parse(cyclonedx.stdout).bomFormat, "CycloneDX");
    const wrong = await workshop.run("sbom", file, "--format", "spdx3");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--format: expected spdx or cyclonedx/);
  }));

test("documents that are switched on later are all that a push sends", () =>
  withWorkshop({}, async (workshop) => {
    const { registry } = workshop;
    const plain = await workshop.push();
    assert.equal(plain.code, 0, plain.stderr);
    registry.log.length = 0;
    const attached = await workshop.push({ sbom: ["spdx", "cyclonedx"], provenance: true });
    assert.equal(attached.code, 0, attached.stderr);
    const { digest, referrers } = JSON.parse(attached.stdout);
    assert.equal(digest, JSON.parse(plain.stdout).digest);
    assert.deepEqual(
      referrers.map((each: ReferrerOutput) => [each.subject, each.artifactType]),
      ["spdx+json", "vnd.cyclonedx+json", "vnd.in-toto+json"].map((type) => [
        digest,
        `application/${type}`,
      ]),
    );
    // Three documents, and the empty config that they share.
    assert.equal(registry.count("PUT", /blobs\/uploads/), 4);
    // Their manifests. The tag is there.
    assert.equal(registry.count("PUT", /manifests/), 3);
  }));

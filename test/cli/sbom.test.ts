import assert from "node:assert/strict";
import { test } from "node:test";
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

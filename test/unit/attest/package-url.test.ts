import assert from "node:assert/strict";
import { test } from "node:test";
import { PackageUrl } from "../../../provider/attest/package-url.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";

const HASH = "0123456789abcdfghijklmnpqrsvwxyz";
const DIGEST = Digest.parse(`sha256:${"0".repeat(64)}`);
const AMD64 = { os: "linux", architecture: "amd64" };

// packageurl-js 2.0.1 reads each of them as what it is made from.
test("a store path is a package of the type nix, with Syft's qualifiers", () => {
  const path = StorePath.fromBaseName(`${HASH}-gtk+3-3.24.43-dev`);
  const deriver = `${HASH}-gtk+3-3.24.43.drv`;
  const named = { name: "gtk+3", version: "3.24.43", output: "dev" };
  assert.equal(
    PackageUrl.ofStorePath(path, { ...named, deriver }),
    `pkg:nix/gtk%2B3@3.24.43?drvpath=${HASH}-gtk%2B3-3.24.43.drv&output=dev&outputhash=${HASH}`,
  );
});

test("what is not known of a store path is left out", () => {
  const nothing = { version: undefined, output: undefined, deriver: undefined };
  assert.equal(
    PackageUrl.ofStorePath(StorePath.fromBaseName(`${HASH}-source`), {
      name: "source",
      ...nothing,
    }),
    `pkg:nix/source?outputhash=${HASH}`,
  );
});

for (const [repository, platform, expected] of [
  [
    "ghcr.io:5000/acme/lix",
    AMD64,
    `pkg:oci/lix@${DIGEST}?arch=amd64&repository_url=ghcr.io:5000%2Facme%2Flix`,
  ],
  ["ghcr.io/acme/lix", undefined, `pkg:oci/lix@${DIGEST}?repository_url=ghcr.io%2Facme%2Flix`],
  ["lix", AMD64, `pkg:oci/lix@${DIGEST}?arch=amd64`],
] as const)
  test(`${repository} for ${platform?.architecture ?? "all platforms"} is ${expected}`, () => {
    assert.equal(PackageUrl.ofImage(repository, DIGEST, platform), expected);
  });

import assert from "node:assert/strict";
import { test } from "node:test";
import type { LixImageError } from "../../../provider/base/errors.ts";
import { packagesFromPaths } from "../../../provider/resolve/resolve-paths.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";

const HASH = "0123456789abcdfghijklmnpqrsvwxyz";
const named = (name: string, base: string) => ({
  name,
  storePath: StorePath.parse(`/nix/store/${HASH}-${base}`),
});
const none = new Map<string, number>();

test("gathers the outputs of a package; the first is its default output", () => {
  const curl = packagesFromPaths(
    [
      named("curl.bin", "curl-8.9.1-bin"),
      named("curl.out", "curl-8.9.1"),
      named("curl.man", "curl-8.9.1-man"),
    ],
    new Map([["curl", 10]]),
  ).get("curl");
  assert.equal(curl?.name, "curl-8.9.1");
  assert.equal(curl?.version, "8.9.1");
  assert.deepEqual([...(curl?.outputs.keys() ?? [])], ["bin", "out", "man"]);
  assert.equal(curl?.defaultOutput, "bin");
  assert.deepEqual(curl?.outputsToInstall, ["bin", "man"]);
  assert.equal(curl?.priority, 10);
});

test("an attribute without an output means its output out, and joins the others", () => {
  const packages = packagesFromPaths(
    [named("gzip", "gzip-1.12"), named("gzip.man", "gzip-1.12-man")],
    none,
  );
  assert.deepEqual([...(packages.get("gzip")?.outputs.keys() ?? [])], ["out", "man"]);
  assert.equal(packages.get("gzip")?.priority, 5);
});

test("a dot that names no output belongs to the attribute", () => {
  const packages = packagesFromPaths(
    [named("python3Packages.requests", "python3.11-requests-2.31.0"), named("tree", "tree")],
    none,
  );
  assert.deepEqual([...packages.keys()], ["python3Packages.requests", "tree"]);
  assert.equal(packages.get("python3Packages.requests")?.version, "2.31.0");
  assert.equal(packages.get("tree")?.version, undefined);
});

test("reports every contradiction at once", () => {
  const paths = [
    named("curl", "curl-8.9.1"),
    named("curl.dev", "curl-8.8.0-dev"),
    named("gzip", "gzip-1.12"),
    named("gzip.out", "gzip-1.12"),
    named("nix", "lix"),
  ];
  assert.throws(
    () => packagesFromPaths(paths, new Map([["jq", 1]])),
    (error: LixImageError) => {
      assert.match(error.message, /curl: .* different packages: curl-8\.9\.1, curl-8\.8\.0/);
      assert.match(error.message, /gzip: output out is given twice/);
      assert.match(error.message, /nix: lix has no version/);
      assert.match(error.message, /--priority jq: there is no --path for it/);
      return true;
    },
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Component } from "../../../provider/attest/component.ts";
import { nameOfPath } from "../../../provider/attest/component.ts";
import { billOf } from "../../../provider/attest/bill.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { SAMPLE_LOCK, sampleBill, sampleImage, systemWith } from "../../support/sample-bill.ts";
import { PUBLIC_KEY, pathOf, SYSTEM } from "../../support/world/planned.ts";

const named = (components: readonly Component[], path: StorePath): Component =>
  components.find(({ storePath }) => storePath === path) ?? assert.fail(path);

test("every store path and every file of an image is in its bill", () => {
  const image = sampleImage();
  const { components } = sampleBill(image);
  const paths = components.flatMap(({ storePath }) => storePath ?? []);
  assert.deepEqual(paths.sort(), [...image.plan.paths.keys()].sort());
  const others = components.filter(({ storePath }) => storePath === undefined);
  assert.deepEqual(others.map(({ name }) => name).sort(), ["base-system", "store-database"]);
});

test("each component is in a layer, and each layer holds a component", () => {
  const { components, images } = sampleBill(sampleImage());
  assert.ok(components.every(({ layers }) => layers.length === 1));
  const filled = new Set(components.flatMap(({ layers }) => layers.map(({ diffId }) => diffId)));
  assert.deepEqual(
    images.flatMap(({ layers }) => layers.filter(({ diffId }) => !filled.has(diffId))),
    [],
  );
});

test("an output of a package has the name and version of the package", () => {
  const path = pathOf("curl.man");
  const system = systemWith("curl", { license: "curl", homepage: "https://curl.se/" });
  const curl = named(sampleBill(sampleImage({ extraPkgs: ["curl.man"] }, system)).components, path);
  assert.equal(curl.name, "curl");
  assert.equal(curl.version, SYSTEM.packages.get("curl")?.version);
  assert.equal(curl.output, "man");
  assert.equal(curl.package?.license, "curl");
});

test("a package whose version the lock has not, or has as an empty text, has that of its name", () => {
  for (const version of [undefined, ""]) {
    const system = systemWith("curl", { name: "curl-8.9.1", version });
    const { components } = sampleBill(sampleImage({ extraPkgs: ["curl"] }, system));
    const curl = named(components, pathOf("curl"));
    assert.deepEqual([curl.name, curl.version], ["curl", "8.9.1"]);
  }
});

test("a dependency that no package of the lock names has the name and version of its store path", () => {
  const { components } = sampleBill(sampleImage());
  const glibc = named(components, pathOf("glibc"));
  assert.equal(glibc.package, undefined);
  assert.equal(`${glibc.name}-${glibc.version}`, StorePath.name(pathOf("glibc")));
});

for (const [base, deriver, expected] of [
  ["curl-8.9.1", undefined, ["curl", "8.9.1", undefined]],
  ["curl-8.9.1-bin", undefined, ["curl", "8.9.1", "bin"]],
  ["curl-8.9.1-bin", "curl-8.9.1.drv", ["curl", "8.9.1", "bin"]],
  // An output that nixpkgs does not know, and a name that ends like one that it knows.
  ["ncurses-6.4-terminfo", "ncurses-6.4.drv", ["ncurses", "6.4", "terminfo"]],
  ["texlive-doc", "texlive-doc.drv", ["texlive-doc", undefined, undefined]],
  ["bash-interactive-5.2p37", undefined, ["bash-interactive", "5.2p37", undefined]],
  ["source", undefined, ["source", undefined, undefined]],
] as const)
  test(`${base} of ${deriver ?? "an unknown derivation"} is ${expected.join(", ")}`, () => {
    const hash = "0".repeat(32);
    const { name, version, output } = nameOfPath(
      StorePath.fromBaseName(`${hash}-${base}`),
      deriver && `${hash}-${deriver}`,
    );
    assert.deepEqual([name, version, output], expected);
  });

test("what is made here is neither signed nor named as a package", () => {
  const { components } = sampleBill(sampleImage());
  const made = components.filter(({ kind }) => kind === "generated");
  assert.deepEqual(made.map(({ name }) => name).sort(), [
    "base-system",
    "channel-nixpkgs",
    "manifest.nix",
    "store-database",
    "user-environment",
  ]);
  assert.deepEqual(
    made.flatMap(({ signedBy }) => signedBy),
    [],
  );
});

test("bundled nixpkgs is a source", () => {
  const { components } = sampleBill(sampleImage());
  const sources = components.filter(({ kind }) => kind === "source");
  assert.deepEqual(
    sources.map(({ name, storePath }) => [name, storePath]),
    [["nixpkgs", SYSTEM.nixpkgs]],
  );
});

test("only the keys that really signed a path are named", () => {
  const image = sampleImage();
  const bash = pathOf("bashInteractive");
  assert.deepEqual(named(sampleBill(image).components, bash).signedBy, [PUBLIC_KEY]);

  const info = image.plan.paths.get(bash) ?? assert.fail();
  const forged = info.signatures.map((text) => text.replace(/:.{8}/, ":AAAAAAAA"));
  const paths = new Map([...image.plan.paths, [bash, { ...info, signatures: forged }]]);
  const { components } = billOf({
    repository: "lix",
    digest: image.digest,
    lock: SAMPLE_LOCK,
    images: [{ ...image, plan: { ...image.plan, paths } }],
  });
  assert.deepEqual(named(components, bash).signedBy, []);
});

test("a component refers to others of the bill, and not to itself", () => {
  const { components } = sampleBill(sampleImage());
  const ids = new Set(components.map(({ id }) => id));
  for (const { id, references } of components) {
    assert.ok(!references.includes(id));
    assert.deepEqual(
      references.filter((each) => !ids.has(each)),
      [],
    );
  }
  const bash = named(components, pathOf("bashInteractive"));
  assert.ok(bash.references.includes(StorePath.baseName(pathOf("readline"))));
});

test("what two platforms share is one component in the layers of both", () => {
  const one = sampleImage();
  const other = sampleImage({ nixConf: { cores: 4 } });
  const { components, images } = sampleBill(one, other);
  assert.equal(new Set(components.map(({ id }) => id)).size, components.length);
  assert.equal(images.length, 2);
  const databases = components.filter(({ name }) => name === "base-system");
  assert.equal(databases.length, 2, "their nix.conf differs");
  assert.equal(components.filter(({ storePath }) => storePath === pathOf("glibc")).length, 1);
});

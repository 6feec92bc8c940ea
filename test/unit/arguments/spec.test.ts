import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { draftSpec, makeSpec, targetName, type Spec } from "../../../provider/arguments/spec.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import type { Archive } from "../../../sdk/args.ts";

const IN_SRV = { directory: "/srv", destination: "required" } as const;
const specOf = (args: LixImageInputs): Spec => makeSpec(LixImageInputs.parse(args), IN_SRV);
const mistakesOf = (args: LixImageInputs): string[] =>
  draftSpec(LixImageInputs.parse(args), IN_SRV).mistakes.map(render);

test("registry and name make the repository; docker.nix lower-cases the name", () => {
  assert.equal(targetName(specOf({ registry: "ghcr.io/acme" })), "ghcr.io/acme/lix");
  assert.equal(targetName(specOf({ registry: "ghcr.io/acme/", name: "CI" })), "ghcr.io/acme/ci");
});

test("a scheme asks for plain http and is no part of the name; loopback has it by itself", () => {
  const plain = specOf({ registry: "http://cache.lan:5000" });
  assert.equal(targetName(plain), "cache.lan:5000/lix");
  assert.equal(plain.repository?.plainHttp, true);
  assert.equal(specOf({ registry: "localhost:5000" }).repository?.plainHttp, true);
  assert.equal(specOf({ registry: "cache.lan:5000" }).repository?.plainHttp, false);
});

test("a repository is taken whole, and goes with neither registry nor name", () => {
  assert.equal(targetName(specOf({ repository: "ghcr.io/acme/x/y" })), "ghcr.io/acme/x/y");
  for (const more of [{ registry: "ghcr.io" }, { name: "lix" }])
    assert.match(mistakesOf({ repository: "ghcr.io/x", ...more }).join(), /either repository, or/);
});

test("Docker Hub demands a namespace, by whatever name and argument it is called", () => {
  for (const host of ["docker.io", "index.docker.io", "Registry-1.Docker.io"]) {
    const mirrors = [`${host}/x`];
    for (const args of [
      { registry: host },
      { repository: `${host}/x` },
      { registry: "a.b", mirrors },
    ])
      assert.match(mistakesOf(args).join(), /expected a namespace.*\[HUB_NAMESPACE_MISSING\]/s);
    for (const args of [
      { registry: `${host}/acme` },
      { registry: host, name: "acme/lix" },
      // Who builds official images writes it out.
      { repository: `${host}/library/lix` },
      { registry: `${host}:5000` },
      { registry: `mirror.${host}` },
    ])
      assert.deepEqual(mistakesOf(args), []);
  }
});

test("with archives only, the bare name is the target", () => {
  const spec = specOf({ archives: [{ type: "oci-layout", path: "out" }], name: "CI" });
  assert.equal(spec.repository, undefined);
  assert.equal(targetName(spec), "ci");
});

test("relative paths are resolved in the folder that is given", () => {
  const spec = specOf({
    lock: "a/b.json",
    flakeRegistry: "/etc/registry.json",
    archives: [{ type: "oci-layout", path: "../out" }],
  });
  assert.equal(spec.lockFile, "/srv/a/b.json");
  assert.equal(spec.flakeRegistry, "/etc/registry.json");
  assert.deepEqual(spec.archives, [{ type: "oci-layout", path: "/out" }]);
});

test("an image must go somewhere, unless the command line says where", () => {
  assert.throws(() => specOf({}), { code: "NO_DESTINATION" });
  const elsewhere = { directory: "/", destination: "optional" } as const;
  assert.equal(makeSpec(LixImageInputs.parse({}), elsewhere).repository, undefined);
});

test("a line of .nix-channels is one line, whose bytes are the caller's otherwise", () => {
  const registry = "ghcr.io/acme";
  for (const text of ["nixpkgs", "$HOME", "é", "a b#c", "$(id) '\""])
    assert.deepEqual(mistakesOf({ registry, channelName: text, channelUrl: text }), []);
  for (const text of ["", "a\nb", "a\u0000", "\u001b[0m"]) {
    const [name = "", url = "", ...more] = mistakesOf({
      registry,
      channelName: text,
      channelUrl: text,
    });
    assert.deepEqual(more, []);
    assert.match(name, /^channelName: expected a line of text; got [^\u0000\u001b]*\[INVALID_/);
    assert.match(url, /^channelUrl: expected a line of text/);
  }
});

test("all mistakes are reported at once", () => {
  const mistakes = mistakesOf({
    registry: "nohost",
    systems: ["x86_64-linux", "x86_64-linux"],
    archives: [{ type: "docker-archive", path: "x.zip" }],
    nixConf: { a: "\n" },
    tag: "-",
  });
  const expected = [
    /no registry host/,
    /each system once/,
    /\.tar\.gz/,
    /one platform/,
    /newline/,
    /not a tag/,
  ];
  assert.equal(mistakes.length, expected.length);
  for (const [index, each] of expected.entries()) assert.match(mistakes[index] ?? "", each);
});

test("the name of an archive says what it is, and Hydra gets files only", () => {
  const problem = (archive: Archive): string =>
    mistakesOf({ archives: [archive] }).join() || "none";
  for (const name of ["image.tar", "a/image.tar.gz", "image.tgz"])
    assert.equal(problem({ type: "docker-archive", path: name }), "none");
  for (const name of ["image", "image.gz", "index.ts", ".tar", "a/.tar.gz"])
    assert.match(problem({ type: "docker-archive", path: name }), /ending in \.tar/);
  const forHydra = { type: "oci-layout", hydraBuildProducts: true } as const;
  assert.match(problem({ ...forHydra, path: "out" }), /files for download/);
  assert.equal(problem({ ...forHydra, path: "out.tar" }), "none");
});

test("mirrors are added to a registry, each once", () => {
  const mirrors = ["registry-b.example/lix", "http://localhost:5000/x"];
  assert.deepEqual(specOf({ registry: "ghcr.io/acme", mirrors }).mirrors, [
    { host: "registry-b.example", name: "lix", plainHttp: false },
    { host: "localhost:5000", name: "x", plainHttp: true },
  ]);
  const problem = (args: LixImageInputs): string => mistakesOf(args).join();
  assert.match(problem({ registry: "ghcr.io", mirrors: ["ghcr.io/lix"] }), /each repository once/);
  assert.match(problem({ registry: "ghcr.io", mirrors: ["acme/lix"] }), /no registry host/);
  const archives = [{ type: "oci-layout", path: "out" } as const];
  assert.match(problem({ archives, mirrors }), /registry or repository as well/);
});

test("an algorithm named without a level gets the one that pins its bytes", () => {
  const compressionOf = (compression: LixImageInputs["compression"]) =>
    specOf({ registry: "ghcr.io", compression }).compression;
  assert.deepEqual(compressionOf(undefined), { algorithm: "gzip", level: 4 });
  assert.deepEqual(compressionOf("zstd"), { algorithm: "zstd", level: 3 });
  assert.deepEqual(compressionOf({ algorithm: "gzip" }), { algorithm: "gzip", level: 4 });
  assert.deepEqual(compressionOf({ algorithm: "zstd", level: 9 }), { algorithm: "zstd", level: 9 });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { LixImageError, SeveralErrors } from "../../../provider/base/errors.ts";
import { resolvePackages } from "../../../provider/plan/packages.ts";
import type { ProfilePackage } from "../../../provider/formats/rootfs/manifest-nix.ts";
import { pathOf, SYSTEM } from "../../support/world/planned.ts";

/** The last entry of the profile: the extra package. */
const extra = (wanted: string): ProfilePackage => {
  const last = resolvePackages(SYSTEM, [wanted]).profile.at(-1);
  assert.ok(last);
  return last;
};

test("an attribute means its default output, `out`, and its outputs to install", () => {
  assert.deepEqual(extra("jq"), {
    name: "jq-1.7.1",
    system: "x86_64-linux",
    outPath: pathOf("jq.bin"),
    out: pathOf("jq.out"),
    install: [pathOf("jq.bin"), pathOf("jq.man")],
    priority: 5,
  });
});

test("a chosen output means only that output", () => {
  const { outPath, out, install, name } = extra("jq.doc");
  assert.deepEqual([outPath, out, ...install], Array(3).fill(pathOf("jq.doc")));
  assert.equal(name, "jq-1.7.1");
});

test("an exact attribute takes precedence over an output, and may itself be one output", () => {
  const { outPath, out, install } = extra("bind.dnsutils");
  assert.deepEqual([outPath, out, ...install], Array(3).fill(pathOf("bind.dnsutils")));
  assert.equal(extra("bind.dnsutils.man").outPath, pathOf("bind.dnsutils.man"));
});

test("a store path means itself, under its name, with the default priority", () => {
  const path = pathOf("glibc");
  const { name, outPath, out, install, priority } = extra(path);
  assert.deepEqual([outPath, out, ...install], [path, path, path]);
  assert.equal(name, "glibc-2.39");
  assert.equal(priority, 5);
  const { versions } = resolvePackages(SYSTEM, [path]);
  assert.equal(versions["glibc-2.39"], "2.39", "as Nix's parseDrvName reads it");
});

test("a package that is asked for twice is listed twice", () => {
  const { profile } = resolvePackages(SYSTEM, ["curl", "curl"]);
  assert.equal(profile.filter((each) => each.outPath === pathOf("curl")).length, 3);
});

test("versions are listed by attribute, sorted, and only for packages in the image", () => {
  const { versions, lixVersion } = resolvePackages(SYSTEM, ["tree", "curl.dev"]);
  assert.deepEqual(Object.keys(versions), Object.keys(versions).toSorted());
  assert.equal(versions["tree"], "2.1.1");
  assert.equal(versions["curl.dev"], "8.9.1");
  assert.equal(versions["nix"], lixVersion);
  assert.ok(!("jq" in versions));
});

test("every mistake is reported with its place", () => {
  const wanted = [
    "jqq",
    "curl.static",
    "coreutils-full.info",
    "/nix/store/x",
    `/nix/store/${"0".repeat(32)}-x`,
    ".jq",
  ];
  assert.throws(
    () => resolvePackages(SYSTEM, wanted),
    (error) => {
      assert.ok(error instanceof SeveralErrors);
      const codes = error.errors.map((each) => each instanceof LixImageError && each.code);
      assert.deepEqual(codes, [
        "UNKNOWN_ATTRIBUTE",
        "UNKNOWN_OUTPUT",
        "OUTPUT_NOT_LOCKED",
        "INVALID_ARGUMENT",
        "PATH_NOT_LOCKED",
        "UNKNOWN_ATTRIBUTE",
      ]);
      for (const [index, each] of error.errors.entries())
        assert.match((each as Error).message, new RegExp(`^extraPkgs\\[${index}\\]: `));
      return true;
    },
  );
});

test("a lock without a package of docker.nix is refused by its name", () => {
  const packages = new Map(SYSTEM.packages);
  packages.delete("openssh");
  assert.throws(() => resolvePackages({ ...SYSTEM, packages }, []), /docker\.nix: .*"openssh"/);
});

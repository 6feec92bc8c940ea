/** What `compat` adds to a plan, and what of the lock it takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { Tree, type Directory } from "../../../provider/formats/nix/tree.ts";
import { ImageUser } from "../../../provider/formats/rootfs/image-user.ts";
import type { LockedSystem } from "../../../provider/lock/lock.ts";
import type { PlatformInput } from "../../../provider/plan/platform-input.ts";
import { planPlatform, type PlatformPlan } from "../../../provider/plan/platform-plan.ts";
import type { LixImageInputs } from "../../../sdk/args.ts";
import { LIX } from "../../support/image-user.ts";
import { inputOf, listingOf, pathOf, planOf, SYSTEM } from "../../support/world/planned.ts";

/** A lock without these packages and their store paths. */
function without(...attributes: readonly string[]): LockedSystem {
  const packages = new Map(SYSTEM.packages);
  const paths = new Map(SYSTEM.paths);
  for (const attribute of attributes) {
    for (const path of packages.get(attribute)?.outputs.values() ?? []) paths.delete(path);
    packages.delete(attribute);
  }
  return { ...SYSTEM, packages, paths };
}

/** Text or `-> target` of what the base system has by itself, and not in its directories. */
function contentsOf(directory: Directory, at = ""): Map<string, string> {
  const rows = new Map<string, string>();
  for (const [name, node] of directory.entries) {
    const path = `${at}/${name}`;
    if (node.kind === "directory")
      for (const [below, text] of contentsOf(node, path)) rows.set(below, text);
    else if (node.kind === "symlink") rows.set(path, `-> ${node.target}`);
    else rows.set(path, Buffer.from(node.contents).toString());
  }
  return rows;
}

/** What a plan has in its base system and the one without `compat` has not. */
function added(plan: PlatformPlan): Record<string, string> {
  const before = contentsOf(planOf().baseSystem);
  return Object.fromEntries(
    [...contentsOf(plan.baseSystem)].filter(
      ([path]) => !before.has(path) && !path.startsWith("/nix/"),
    ),
  );
}

const newEnv = (plan: PlatformPlan): string[] =>
  plan.config.Env.filter((each) => !planOf().config.Env.includes(each));

const BUNDLE = "-> /nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt";

test("every target has the files of a distribution", () => {
  const version = inputOf().packages.lixVersion;
  assert.deepEqual(added(planOf({ compat: { gitlab: true } })), {
    "/bin/bash": `-> ${pathOf("bashInteractive")}/bin/bash`,
    "/etc/gitconfig": "[safe]\n\tdirectory = *\n",
    "/etc/nsswitch.conf":
      "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n" +
      "networks: files\nservices: files\nprotocols: files\n",
    "/etc/os-release":
      `NAME=Lix\nID=lix\nID_LIKE=nixos\nVERSION_ID="${version}"\n` +
      `PRETTY_NAME="Lix ${version}"\nHOME_URL="https://lix.systems"\n`,
    "/etc/pki/tls/certs/ca-bundle.crt": BUNDLE,
    "/etc/ssl/certs/ca-certificates.crt": BUNDLE,
    "/etc/protocols": `-> ${pathOf("iana-etc")}/etc/protocols`,
    "/etc/services": `-> ${pathOf("iana-etc")}/etc/services`,
  });
  assert.deepEqual(newEnv(planOf({ compat: { gitlab: true } })), []);
});

test("without compat nothing changes, and each target gives another plan", () => {
  for (const compat of [{}, { githubActions: false, gitlab: false }])
    assert.equal(planOf({ compat }).planKey, planOf().planKey);
  const targets: LixImageInputs["compat"][] = [
    { githubActions: true },
    { forgejo: true },
    { gitlab: true },
    { devContainer: true },
  ];
  const keys = targets.map((compat) => planOf({ compat }).planKey);
  assert.equal(new Set([planOf().planKey, ...keys]).size, 5);
});

test("programs that Nix did not build find the loader, libstdc++ and the libc that it was built for", () => {
  const plan = planOf({ compat: { githubActions: true } }, without("nix-ld"));
  const files = added(plan);
  const loader = `${pathOf("glibc")}/lib/ld-linux-x86-64.so.2`;
  assert.equal(files["/lib64/ld-linux-x86-64.so.2"], `-> ${loader}`);
  assert.equal(files["/usr/lib/libc.so.6"], `-> ${pathOf("glibc")}/lib/libc.so.6`);
  const gccLib = pathOf("gcc-unwrapped.lib");
  assert.equal(files["/usr/lib/libstdc++.so.6"], `-> ${gccLib}/lib/libstdc++.so.6`);
  assert.deepEqual(newEnv(plan), [`LD_LIBRARY_PATH=${gccLib}/lib`]);
  assert.ok(plan.paths.has(gccLib));
  const { compat } = inputOf({ compat: { githubActions: true } }, without("nix-ld"));
  assert.match(
    compat?.warnings.join() ?? "",
    /LD_LIBRARY_PATH.*lix-image lock … --package nix-ld$/,
  );
});

test("nix-ld takes the loader's place where the lock has it, and no program of Nix sees its libraries", () => {
  const plan = planOf({ compat: { githubActions: true }, gcRoots: "profile" });
  assert.equal(added(plan)["/lib64/ld-linux-x86-64.so.2"], `-> ${pathOf("nix-ld")}/libexec/nix-ld`);
  const gccLib = pathOf("gcc-unwrapped.lib");
  assert.deepEqual(newEnv(plan), [
    `NIX_LD=${pathOf("glibc")}/lib/ld-linux-x86-64.so.2`,
    `NIX_LD_LIBRARY_PATH=${gccLib}/lib`,
  ]);
  assert.deepEqual(inputOf({ compat: { githubActions: true } }).compat?.warnings, []);
  for (const path of [gccLib, pathOf("nix-ld")]) assert.ok(plan.gcRoots.includes(path), path);
});

test("the loader is where the architecture's programs look for it", () => {
  const platforms = [
    ["aarch64-linux", "/lib/ld-linux-aarch64.so.1"],
    ["i686-linux", "/lib/ld-linux.so.2"],
    ["s390x-linux", "/lib/ld64.so.1"],
  ] as const;
  for (const [system, path] of platforms)
    assert.ok(
      path in added(planOf({ compat: { githubActions: true } }, { ...SYSTEM, system })),
      path,
    );
  assert.throws(
    () => planOf({ compat: { devContainer: true } }, { ...SYSTEM, system: "mips-linux" }),
    /^.*compat\.devContainer: expected a system for which others build programs, .*; got mips-linux/,
  );
});

test("the libstdc++ that the image already has takes precedence over an attribute's", () => {
  const args = { compat: { githubActions: true }, extraPkgs: ["older"] };
  const libraries = newEnv(planOf(args)).at(-1);
  assert.equal(libraries, `NIX_LD_LIBRARY_PATH=${pathOf("gcc9.lib")}/lib`);
});

test("nix-ld gets the newest of several versions of libstdc++; without nix-ld they are refused", () => {
  const args = { compat: { githubActions: true }, extraPkgs: ["older", "nodejs"] };
  assert.equal(
    newEnv(planOf(args)).at(-1),
    `NIX_LD_LIBRARY_PATH=${pathOf("gcc-unwrapped.lib")}/lib`,
  );
  assert.throws(
    () => planOf(args, without("nix-ld")),
    (error) =>
      /^compat\.githubActions: .*gcc-9\.5\.0-lib, .*gcc-13\.3\.0-lib \[SEVERAL_LIBSTDCXX\]\n.*--package nix-ld$/.test(
        render(error),
      ),
  );
});

test("what the lock lacks is named, with the command that adds it", () => {
  const lacking: [LixImageInputs["compat"], string][] = [
    [{ forgejo: true }, "nodejs"],
    [{ githubActions: true }, "gcc-unwrapped.lib"],
  ];
  for (const [compat, attribute] of lacking) {
    const system = without(attribute.replace(".lib", ""));
    const [target] = Object.keys(compat ?? {});
    assert.throws(
      () => planOf({ compat }, system),
      (error) => {
        const text = render(error);
        assert.ok(
          text.startsWith(`compat.${target}: the lock has no package "${attribute}"`),
          text,
        );
        assert.ok(text.endsWith(`lix-image lock … --package ${attribute}`), text);
        return true;
      },
    );
  }
});

const inProfile = (plan: PlatformPlan, input: PlatformInput, name: string): boolean =>
  input.packages.profile.some((each) => each.outPath === pathOf(name)) &&
  plan.paths.has(pathOf(name));

test("Forgejo gets /bin/sleep, and nodejs unless extraPkgs has one", () => {
  const compat = { forgejo: true };
  const plan = planOf({ compat });
  assert.equal(added(plan)["/bin/sleep"], `-> ${pathOf("coreutils")}/bin/sleep`);
  assert.ok(inProfile(plan, inputOf({ compat }), "nodejs"));
  for (const own of ["nodejs_24", pathOf("nodejs_24"), "nodejs"]) {
    const args = { compat, extraPkgs: [own] };
    const nodes = inputOf(args).packages.profile.filter(({ name }) => name.startsWith("nodejs"));
    assert.equal(nodes.length, 1, own);
  }
});

test("a dev container gets sed and getconf if the lock has them, and else a warning where VS Code needs them", () => {
  const compat = { devContainer: true };
  for (const tool of ["gnused", "glibc-tools.bin"])
    assert.ok(inProfile(planOf({ compat }), inputOf({ compat }), tool), tool);
  const own = { compat, extraPkgs: ["gnused"] };
  const seds = inputOf(own).packages.profile.filter(({ name }) => name.startsWith("gnused"));
  assert.equal(seds.length, 1);
  const poor = without("gnused", "glibc-tools");
  const warning = (program: string, name: string): string =>
    `compat.devContainer: what installs VS Code's server needs ${program}, and the lock has none: ` +
    `lix-image lock … --package ${name}`;
  assert.deepEqual(inputOf({ compat }, poor).compat?.warnings, [warning("sed", "gnused")]);
  const arm = { ...poor, system: "aarch64-linux" };
  assert.deepEqual(inputOf({ compat }, arm).compat?.warnings, [
    warning("sed", "gnused"),
    warning("getconf", "glibc.bin"),
  ]);
});

test("config and files replace what compat adds, and a conflict names compat", () => {
  const compat = { githubActions: true };
  const config = { env: { NIX_LD: null, NIX_LD_LIBRARY_PATH: { append: "/opt/lib" } } };
  const env = newEnv(planOf({ compat, config }));
  assert.deepEqual(env, [`NIX_LD_LIBRARY_PATH=${pathOf("gcc-unwrapped.lib")}/lib:/opt/lib`]);
  const planned = (path: string): PlatformPlan => {
    const files = [{ path, tree: Tree.file("mine") }];
    const result = planPlatform({ ...inputOf({ compat }), files }, listingOf);
    assert.ok(result.kind === "planned");
    return result.plan;
  };
  const own = planned("/etc/gitconfig");
  assert.deepEqual([...contentsOf(own.files ?? Tree.directory())], [["/etc/gitconfig", "mine"]]);
  const conflict = (path: string, other: string) =>
    assert.throws(() => planned(path), new RegExp(`files\\["${path}"\\] and ${other} both decide`));
  conflict("/usr/lib", "compat");
  conflict("/bin/bash/x", "compat");
  conflict("/usr", "the base system");
});

test("it adds the same for every user", () => {
  const compat = { githubActions: true };
  for (const user of [LIX, ImageUser.any]) {
    const result = planPlatform({ ...inputOf({ compat }), user }, listingOf);
    assert.ok(result.kind === "planned");
    const files = contentsOf(result.plan.baseSystem);
    for (const path of Object.keys(added(planOf({ compat })))) assert.ok(files.has(path), path);
    assert.ok(result.plan.config.Env.some((each) => each.startsWith("NIX_LD=")));
    assert.ok(result.plan.paths.has(StorePath.parse(pathOf("nix-ld"))));
  }
});

/** Programs that the arguments name and the image lacks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { ByteString } from "../../../provider/base/byte-string.ts";
import { planPlatform } from "../../../provider/plan/platform-plan.ts";
import type { LixImageInputs } from "../../../sdk/args.ts";
import { inputOf, listingOf, pathOf } from "../../support/world/planned.ts";

const LIX = { name: "lix", uid: 1000 };
const PROFILE = "/nix/var/nix/profiles/default";

/** Which of the arguments are warned of. */
function missing(args: LixImageInputs, files: Readonly<Record<string, Tree>> = {}): string[] {
  const input = inputOf(args);
  const entries = Object.entries(files).map(([path, tree]) => ({
    path: ByteString.fromText(path),
    tree,
  }));
  const result = planPlatform({ ...input, files: entries }, listingOf);
  if (result.kind === "needs") throw new RangeError(`needs ${result.paths.join(" ")}`);
  return [...result.plan.missingPrograms];
}

const argumentsOf = (warnings: readonly string[]): string[] =>
  warnings.map((warning) => warning.slice(0, warning.indexOf(":")));

test("an absolute path that no layer has is warned of, with what to do", () => {
  assert.deepEqual(missing({ user: { ...LIX, shell: "/bin/bash" } }), [
    `user.shell: the image has no /bin/bash; use ${PROFILE}/bin/bash, or make a link to that with \`files\`, ` +
      "or set `compat`, which adds it",
  ]);
  assert.deepEqual(missing({ config: { entrypoint: ["/bin/tree"] } }), [
    `config.entrypoint[0]: the image has no /bin/tree; add its package to extraPkgs and use ${PROFILE}/bin/tree, ` +
      "or make a link to that with `files`",
  ]);
  assert.deepEqual(missing({ config: { cmd: ["/usr/bin/env/x"] } }).length, 1, "below a file");
  assert.deepEqual(
    missing({ config: { cmd: [`${pathOf("bashInteractive")}/bin/zsh`] } }).length,
    1,
  );
});

test("a bare name is looked up in the folders of PATH", () => {
  assert.deepEqual(missing({ config: { cmd: ["bash"] } }), []);
  assert.deepEqual(missing({ config: { cmd: ["tree"] } }), [
    `config.cmd[0]: the image has no tree in a folder of PATH; add its package to extraPkgs and use ${PROFILE}/bin/tree`,
  ]);
  assert.deepEqual(missing({ extraPkgs: ["tree"], config: { cmd: ["tree"] } }), []);
  assert.deepEqual(missing({ config: { cmd: ["bash"], env: { PATH: "/bin" } } }), [
    `config.cmd[0]: the image has no bash in a folder of PATH; use ${PROFILE}/bin/bash`,
  ]);
  const env = { PATH: { append: "/bin" } };
  assert.deepEqual(missing({ config: { entrypoint: ["sh"], env } }), []);
});

test("links are followed through the base system, compat, files, the profile and its packages", () => {
  const FILES = {
    "/srv/run": Tree.file("#!/bin/sh\n", true),
    "/srv/link": Tree.symlink("run"),
    "/srv/up": Tree.symlink("../../srv/link"),
    "/srv/gone": Tree.symlink("/nowhere"),
    "/srv/loop": Tree.symlink("/srv/loop"),
    "/srv/bash": Tree.symlink(`${PROFILE}/bin/bash`),
  };
  const there = [
    "/srv/run",
    "/srv/link",
    "/srv/up",
    "/srv/bash",
    "/bin/sh",
    "/usr/bin/env",
    "/srv/./run",
  ];
  for (const program of there)
    assert.deepEqual(missing({ config: { cmd: [program] } }, FILES), [], program);
  for (const program of ["/srv/gone", "/srv/loop", "/srv/other"])
    assert.deepEqual(
      argumentsOf(missing({ config: { cmd: [program] } }, FILES)),
      ["config.cmd[0]"],
      program,
    );
  assert.deepEqual(missing({ compat: { gitlab: true }, config: { cmd: ["/bin/bash"] } }), []);
});

test("no user's own defaults are warned of, nor what the image does not decide", () => {
  for (const user of [undefined, "any", LIX, { ...LIX, shell: "/bin/sh" }] as const) {
    const given: LixImageInputs = user === undefined ? {} : { user };
    const home = user === undefined ? "/root" : user === "any" ? "/home/user" : "/home/lix";
    assert.deepEqual(missing(given), []);
    for (const program of [
      "bash",
      `${home}/.nix-profile/bin/bash`,
      `${PROFILE}/bin/bash`,
      "/bin/sh",
    ])
      for (const config of [{ cmd: [program] }, { entrypoint: [program], cmd: ["no-program"] }])
        assert.deepEqual(missing({ ...given, config }), [], JSON.stringify({ user, config }));
    assert.equal(missing({ ...given, config: { cmd: ["/bin/zsh"] } }).length, 1);
  }
  assert.deepEqual(missing({ user: "any", config: { cmd: ["-c", "true"] } }), []);
  assert.deepEqual(missing({ config: { cmd: ["./run"], workingDir: "/work" } }), []);
  assert.deepEqual(missing({ config: { cmd: ["/data/run"], volumes: ["/data"] } }), []);
  assert.deepEqual(missing({ config: { cmd: ["run"], env: { PATH: null } } }), []);
  assert.deepEqual(missing({ config: { cmd: ["/dev/init"] } }), []);
  const volumes = ["/data"];
  const intoVolume = { "/srv/run": Tree.symlink("/data/run") };
  assert.deepEqual(missing({ config: { cmd: ["/srv/run"], volumes } }, intoVolume), []);
});

test("a store path whose files are not known may have the program", () => {
  const args = { config: { cmd: [`${pathOf("glibc")}/bin/program`] } };
  const input = inputOf(args);
  const result = planPlatform(input, (path) =>
    path === pathOf("glibc") ? undefined : listingOf(path),
  );
  assert.ok(result.kind === "planned");
  assert.deepEqual(result.plan.missingPrograms, []);
  assert.equal(missing(args).length, 1);
});

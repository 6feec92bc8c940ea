import assert from "node:assert/strict";
import { test } from "node:test";
import { readInputs } from "../../../provider/arguments/parse-arguments.ts";
import { draftSpec } from "../../../provider/arguments/spec.ts";
import { ImageUser } from "../../../provider/formats/rootfs/image-user.ts";
import type { LixImageInputs } from "../../../sdk/args.ts";

/** `message` of everything that is wrong with the arguments. */
function mistakesOf(given: object): string[] {
  const { args, mistakes } = readInputs(given);
  const draft = draftSpec(args, { directory: "/work", destination: "optional" });
  return [...mistakes, ...draft.mistakes].map((each) => (each as Error).message);
}

const specOf = (given: LixImageInputs) => {
  const { args, mistakes } = readInputs(given);
  assert.deepEqual(mistakes, []);
  return draftSpec(args, { directory: "/work", destination: "optional" }).spec;
};

test("a user has a group, home and shell by default", () => {
  const { user } = specOf({ user: { name: "lix", uid: 1000 } });
  assert.deepEqual(user, {
    kind: "fixed",
    name: "lix",
    uid: 1000,
    gid: 1000,
    group: "lix",
    home: "/home/lix",
    shell: undefined,
  });
  assert.equal(specOf({}).user, ImageUser.root);
  assert.equal(specOf({ user: "any" }).user, ImageUser.any);
});

test("a group that every image has keeps its name", () => {
  const groupOf = (gid: number): string =>
    specOf({ user: { name: "lix", uid: 1000, gid } }).user.group;
  assert.deepEqual([0, 65534, 7].map(groupOf), ["root", "nobody", "lix"]);
});

const USER = { name: "lix", uid: 1000 };

for (const [what, given, wanted] of [
  ["a user of root's number", { user: { name: "lix", uid: 0 } }, /^user\.uid: expected a whole/],
  ["the name root", { user: { name: "root", uid: 5 } }, /^user\.name: .*that of root/],
  ["the name of a group", { user: { name: "nixbld", uid: 5 } }, /^user\.name: .*that of nixbld/],
  ["a build user's number", { user: { ...USER, uid: 30001 } }, /^user\.uid: .*that of nixbld1/],
  ["the builders' group", { user: { ...USER, gid: 30000 } }, /^user\.gid: .*build users/],
  ["a name with a colon", { user: { ...USER, name: "a:b" } }, /^user\.name: expected a name/],
  ["a home with a newline", { user: { ...USER, home: "/a\nb" } }, /^user\.home: expected an absol/],
  ["a home that is not absolute", { user: { ...USER, home: "home" } }, /^user\.home: expected an/],
  ["a home in the store", { user: { ...USER, home: "/nix/x" } }, /^user\.home: .*base system has/],
  ["a home around others", { user: { ...USER, home: "/var" } }, /^user\.home: .*base system has/],
  ["another word than any", { user: "root" }, /^user: expected "any" or { name, uid }; got "root"/],
  [
    "a variable with =",
    { config: { env: { "A=B": "" } } },
    /^config\.env\["A=B"\]: expected a name/,
  ],
  ["a variable with NUL", { config: { env: { A: { append: "\0" } } } }, /^config\.env\.A: .*NUL/],
  ["$PATH in PATH", { config: { env: { PATH: "/x:$PATH" } } }, /^config\.env\.PATH: .*\$PATH/],
  ["${PATH} in PATH", { config: { env: { PATH: "${PATH}:/x" } } }, /^config\.env\.PATH: .*\$PATH/],
  ["an empty label", { config: { labels: { "": "x" } } }, /^config\.labels: expected keys/],
  ["a relative folder", { config: { workingDir: "x" } }, /^config\.workingDir: expected an abs/],
  [
    "no port",
    { config: { exposedPorts: ["http"] } },
    /^config\.exposedPorts\[0\]: expected a port/,
  ],
  ["no signal", { config: { stopSignal: "TERM" } }, /^config\.stopSignal: expected a signal/],
  ["an unknown setting", { config: { command: [] } }, /^config\.command: unknown argument/],
  ["an empty annotation", { annotations: { "": "x" } }, /^annotations: expected keys/],
  ["null for an annotation", { annotations: { a: null } }, /^annotations\.a: expected a string/],
  ["a relative file", { files: { x: { text: "" } } }, /^files\["x"\]: expected an absolute path/],
  [
    "a file with ..",
    { files: { "/a/../b": { text: "" } } },
    /^files\["\/a\/\.\.\/b"\]: expected an/,
  ],
  ["a file with a slash behind", { files: { "/a/": { text: "" } } }, /^files\["\/a\/"\]: expected/],
  [
    "the root",
    { files: { "/": { directory: true } } },
    /^files\["\/"\]: expected an absolute path/,
  ],
  ["a whiteout", { files: { "/a/.wh.b": { text: "" } } }, /^files\["\/a\/\.wh\.b"\]: .*\.wh\./],
  ["a file in the store", { files: { "/nix/store/x": { text: "" } } }, /^files.*outside of \/nix/],
  ["a file in /proc", { files: { "/proc/x": { text: "" } } }, /^files\["\/proc\/x"\]: .*\/proc/],
  ["a file that is nothing", { files: { "/a": {} } }, /^files\["\/a"\]: expected one of .* none/],
  ["a file that is two things", { files: { "/a": { text: "", target: "b" } } }, /text and target/],
  [
    "a link with a mode",
    { files: { "/a": { target: "b", mode: "0644" } } },
    /mode: expected nothing/,
  ],
  ["a mode that is a number", { files: { "/a": { text: "", mode: 644 } } }, /mode: expected octal/],
  ["a mode with an 8", { files: { "/a": { text: "", mode: "0888" } } }, /mode: expected octal/],
  [
    "a file in a home that is not there yet",
    { user: "any", files: { "/home/user/x": { text: "" } } },
    /^files\["\/home\/user\/x"\]: .*home/,
  ],
  [
    "another word for gcRoots",
    { gcRoots: "none" },
    /^gcRoots: expected "all" or "profile"; got "none"/,
  ],
] as const)
  test(`refuses ${what}`, () => {
    const mistakes = mistakesOf(given);
    assert.equal(mistakes.length, 1, mistakes.join("\n"));
    assert.match(mistakes[0] ?? "", wanted);
  });

test("takes what runtimes take", () => {
  assert.deepEqual(
    mistakesOf({
      user: { name: "lix", uid: 2_000_000_000, gid: 0, home: "/lix", shell: "/bin/sh" },
      config: {
        cmd: null,
        entrypoint: ["/x"],
        env: { A: "$B", PATH: { prepend: "/x" }, B: null },
        labels: { a: null, b: "" },
        workingDir: "/lix/work",
        user: "1000:100",
        exposedPorts: ["8080", "53/udp", "8000-8010/tcp"],
        volumes: ["/data"],
        stopSignal: "SIGRTMIN+3",
      },
      annotations: { a: "" },
      files: {
        "/a": { text: "", mode: "4755", uid: 1, gid: 2 },
        "/b..c": { target: "../x" },
        "/d": { directory: true, mode: "1777" },
      },
      gcRoots: "profile",
    }),
    [],
  );
});

test("a source is found from the folder of the arguments", () => {
  const { files } = specOf({ files: { "/a": { source: "x" }, "/b": { source: "/y" } } });
  assert.deepEqual(files, { "/a": { source: "/work/x" }, "/b": { source: "/y" } });
});

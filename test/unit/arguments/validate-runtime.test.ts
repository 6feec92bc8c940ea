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

const LONG = "a".repeat(256);
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
  ["$PATH in an addition", { config: { env: { PATH: { append: "$PATH" } } } }, /PATH: .*\$PATH/],
  ["$PATH with a default", { config: { env: { PATH: "${PATH:-/x}" } } }, /PATH: .*\$PATH/],
  ["a variable of odd name in itself", { config: { env: { "A(": "$A(" } } }, /\["A\("\]: .*\$A\(/],
  [
    "an empty part of a search path",
    { config: { env: { PATH: { prepend: "/x:" } } } },
    /^config\.env\.PATH\.prepend: expected no colon/,
  ],
  [
    "an empty part behind a search path",
    { config: { env: { PATH: { append: ":/x" } } } },
    /^config\.env\.PATH\.append: expected no colon/,
  ],
  ["a word with NUL", { config: { cmd: ["a", "\0"] } }, /^config\.cmd\[1\]: .*NUL/],
  ["an empty program", { config: { entrypoint: [""] } }, /^config\.entrypoint\[0\]: expected a wo/],
  ["a user that nobody knows", { config: { user: "app" } }, /^config\.user: .*of the image.*"app"/],
  ["a group that nobody knows", { config: { user: "0:app" } }, /^config\.user: .*group of.*"app"/],
  ["an empty group", { config: { user: "1000:" } }, /^config\.user: expected a name or number/],
  ["a user without a name", { config: { user: ":5" } }, /^config\.user: expected a name or/],
  ["three parts of a user", { config: { user: "0:0:0" } }, /^config\.user: expected a name or/],
  ["a user's number beyond 2^31", { config: { user: "2147483648" } }, /^config\.user: .*21474836/],
  ["a port beyond 65535", { config: { exposedPorts: ["65536"] } }, /\[0\]: expected a port from/],
  ["the port 0", { config: { exposedPorts: ["80", "0/udp"] } }, /\[1\]: expected a port from/],
  ["a range backwards", { config: { exposedPorts: ["90-80"] } }, /\[0\]: expected a port from/],
  ["a signal that Linux lacks", { config: { stopSignal: "SIGFOO" } }, /stopSignal: .*"SIGFOO"/],
  ["the signal 0", { config: { stopSignal: "0" } }, /stopSignal: expected a signal/],
  ["a signal beyond 64", { config: { stopSignal: "65" } }, /stopSignal: expected a signal/],
  ["a real-time signal beyond", { config: { stopSignal: "SIGRTMIN+16" } }, /stopSignal: expected/],
  ["a home with a long name", { user: { ...USER, home: `/${LONG}` } }, /^user\.home: .*256 bytes/],
  ["a home of 62 levels", { user: { ...USER, home: "/a".repeat(62) } }, /^user\.home: .*62 levels/],
  ["nobody's home", { user: { ...USER, home: "/var/empty" } }, /^user\.home: .*base system has/],
  ["a file with a long name", { files: { [`/${LONG}`]: { text: "" } } }, /^files.*256 bytes/],
  ["a file of 65 levels", { files: { ["/a".repeat(65)]: { text: "" } } }, /^files.*65 levels/],
  [
    "a long link",
    { files: { "/a": { target: "a".repeat(4096) } } },
    /^files\["\/a"\]\.target: expected at most 4095 bytes; got 4096/,
  ],
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

test("a container may start in the root directory, and as every user of the image", () => {
  const user = { name: "lix", uid: 1000 };
  for (const given of [
    { config: { workingDir: "/" } },
    { config: { user: "nobody:root" } },
    { user, config: { user: "lix:nixbld" } },
    { user, config: { user: "root:lix" } },
    { user: "any", config: { user: "user" } },
    { config: { env: { "A(": "x", "*": "*", PATH: "/x:$PATH_EXTRA" } } },
    { files: { ["/a".repeat(64)]: { text: "" } }, user: { ...user, home: "/a".repeat(61) } },
  ])
    assert.deepEqual(mistakesOf(given), []);
});

test("a user that is not known yet may have any name", () => {
  const { args } = readInputs({ config: { user: "app" } });
  const options = { directory: "/work", destination: "optional" } as const;
  assert.deepEqual(draftSpec(args, { ...options, incomplete: new Set(["user"]) }).mistakes, []);
  assert.equal(draftSpec(args, options).mistakes.length, 1);
});

test("a signal and a path that are nearly right are answered with what to write", () => {
  for (const [given, wanted] of [
    ["TERM", 'write "SIGTERM"'],
    ["sigint", 'write "SIGINT"'],
    ["sigrtmin+3", 'write "SIGRTMIN+3"'],
    ["x", undefined],
  ] as const) {
    const [mistake] = readInputs({ config: { stopSignal: given } }).mistakes;
    assert.equal((mistake as { hint?: string }).hint, wanted);
  }
});

test("a source is found from the folder of the arguments", () => {
  const { files } = specOf({ files: { "/a": { source: "x" }, "/b": { source: "/y" } } });
  assert.deepEqual(files, { "/a": { source: "/work/x" }, "/b": { source: "/y" } });
});

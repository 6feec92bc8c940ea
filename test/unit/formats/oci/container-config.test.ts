import assert from "node:assert/strict";
import { test } from "node:test";
import {
  mergeConfig,
  type ConfigChanges,
  type ContainerConfig,
} from "../../../../provider/formats/oci/container-config.ts";

const BASE: ContainerConfig = {
  User: "1:1",
  Env: ["USER=root", "PATH=/a:/b", "EMPTY=", "OPTS=x=y"],
  Entrypoint: ["/enter"],
  Cmd: ["bash"],
  WorkingDir: "/work",
  Labels: { b: "2", a: "1" },
};

const merged = (changes: ConfigChanges): ContainerConfig => mergeConfig(BASE, changes);

test("fields that are not mentioned stay", () => {
  const { Labels, ...rest } = merged({});
  assert.deepEqual(
    Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    Object.fromEntries(Object.entries(BASE).filter(([key]) => key !== "Labels")),
  );
  assert.deepEqual(Labels, BASE.Labels);
});

test("null removes a value, and does nothing if there is none", () => {
  const all = merged({
    cmd: null,
    entrypoint: null,
    env: { USER: null, PATH: null, EMPTY: null, OPTS: null, NONE: null },
    labels: { a: null, b: null, c: null },
    workingDir: null,
    user: null,
    exposedPorts: null,
    volumes: null,
    stopSignal: null,
  });
  assert.deepEqual(
    Object.entries(all).filter(([, value]) => value !== undefined),
    [
      ["Env", []],
      ["Cmd", []],
      ["Labels", {}],
    ],
  );
});

test("a variable keeps its place, and new ones follow by name", () => {
  const { Env } = merged({ env: { Z: "1", OPTS: "a=b", A: "", USER: "me" } });
  assert.deepEqual(Env, ["USER=me", "PATH=/a:/b", "EMPTY=", "OPTS=a=b", "A=", "Z=1"]);
});

test("a search path can be extended at both ends, without an empty part", () => {
  const pathOf = (change: ConfigChanges["env"], name: string): string | undefined =>
    merged({ env: change }).Env.find((each) => each.startsWith(`${name}=`));
  assert.equal(pathOf({ PATH: { prepend: "/x" } }, "PATH"), "PATH=/x:/a:/b");
  assert.equal(pathOf({ PATH: { append: "/x:/y" } }, "PATH"), "PATH=/a:/b:/x:/y");
  assert.equal(pathOf({ PATH: { prepend: "/x", append: "/y" } }, "PATH"), "PATH=/x:/a:/b:/y");
  assert.equal(pathOf({ PATH: { prepend: "" } }, "PATH"), "PATH=/a:/b");
  assert.equal(pathOf({ NEW: { prepend: "/x", append: "/y" } }, "NEW"), "NEW=/x:/y");
  assert.equal(pathOf({ EMPTY: { append: "/y" } }, "EMPTY"), "EMPTY=/y");
});

test("the order in which a program names things does not matter", () => {
  const one = merged({ env: { B: "1", A: "2" }, labels: { y: "1", x: "2" } });
  const other = merged({ env: { A: "2", B: "1" }, labels: { x: "2", y: "1" } });
  assert.equal(JSON.stringify(one), JSON.stringify(other));
  assert.deepEqual(Object.keys(one.Labels), ["a", "b", "x", "y"]);
});

test("another entrypoint drops the earlier command, unless the program names it again", () => {
  assert.deepEqual(merged({ entrypoint: ["/own"] }).Cmd, []);
  assert.deepEqual(merged({ entrypoint: ["/own"], cmd: ["x"] }).Cmd, ["x"]);
  assert.deepEqual(merged({ entrypoint: null }).Cmd, ["bash"]);
  assert.deepEqual(merged({ cmd: ["x"] }).Entrypoint, ["/enter"]);
});

test("a port without a protocol is TCP's, and a range is each of its ports, as Docker writes them", () => {
  const { ExposedPorts } = merged({ exposedPorts: ["80", "53/udp", "8000-8002", "080/tcp"] });
  assert.deepEqual(ExposedPorts, ["80/tcp", "53/udp", "8000/tcp", "8001/tcp", "8002/tcp"]);
});

test("a volume that is named twice counts once", () => {
  assert.deepEqual(merged({ volumes: ["/b", "/a", "/b"] }).Volumes, ["/b", "/a"]);
});

test("nothing put before or behind a variable that is not there makes none", () => {
  const { Env } = mergeConfig(BASE, { env: { NONE: {}, NO: { prepend: "" }, EMPTY: {} } });
  assert.deepEqual(Env, BASE.Env);
});

test("names that every object has are variables and labels like any other", () => {
  const changes = {
    env: { ["__proto__"]: "1", constructor: "2" },
    labels: { ["__proto__"]: "3", constructor: "4" },
  };
  const { Env, Labels } = mergeConfig({ Env: [], Cmd: [], Labels: {} }, changes);
  assert.deepEqual(Env, ["__proto__=1", "constructor=2"]);
  assert.deepEqual(Object.entries(Labels), [
    ["__proto__", "3"],
    ["constructor", "4"],
  ]);
});

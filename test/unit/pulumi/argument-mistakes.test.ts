/** Mistakes that the schema finds in the arguments, in the words that a preview prints. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { assertFailures, invalid, type MistakeTable } from "../../support/check-failures.ts";

const ALL = Object.keys(LixImageInputs.shape).sort().join(", ");
const OUT = { type: "oci-layout", path: "out" };
const HINT = {
  list: "write a list, also of one: [...]",
  number: "write it without quotes; from the stack's config: config.getNumber",
  boolean: "write it without quotes; from the stack's config: config.getBoolean",
  nixConf:
    "a setting is one line: a name, and a string without newlines, a safe integer, a boolean, or a list of them",
};
const SETTING = "expected a string, whole number, boolean, or list of them";
const SYSTEMS = 'expected a list of at least one Nix system, such as ["x86_64-linux"]';
const PACKAGE = "expected an attribute of the lock, or a store path";

const TABLE: MistakeTable = [
  // Names.
  [{ tags: ["a"] }, invalid("tags: unknown argument", `did you mean tag? LixImage has ${ALL}`)],
  [
    { channelURL: "x" },
    invalid("channelURL: unknown argument", `did you mean channelUrl? LixImage has ${ALL}`),
  ],
  [{ quota: "x" }, invalid("quota: unknown argument", `LixImage has ${ALL}`)],
  [
    { archives: [{ ...OUT, file: 1 }] },
    invalid("archives[0].file: unknown argument", "archives[0] has hydraBuildProducts, path, type"),
  ],
  [
    { compression: { algorithm: "gzip", lvl: 1 } },
    invalid(
      "compression.lvl: unknown argument",
      "did you mean level? compression has algorithm, level",
    ),
  ],
  // What only comes out.
  [
    { labels: { a: "b" }, digest: "sha256:00" },
    invalid(
      "labels: an output of LixImage, and no argument",
      "set lixRevision for the label org.opencontainers.image.revision; the others are fixed",
    ),
    invalid(
      "digest: an output of LixImage, and no argument",
      "it follows from the arguments and the lock",
    ),
  ],

  // Kinds of values.
  [{ maxLayers: 0 }, invalid("maxLayers: expected a whole number from 1 to 127; got 0")],
  [{ maxLayers: 128 }, invalid("maxLayers: expected a whole number from 1 to 127; got 128")],
  [{ maxLayers: 1.5 }, invalid("maxLayers: expected a whole number from 1 to 127; got 1.5")],
  [{ maxLayers: 1e21 }, invalid("maxLayers: expected a whole number from 1 to 127; got 1e+21")],
  [
    { maxLayers: "50" },
    invalid("maxLayers: expected a whole number from 1 to 127; got a string", HINT.number),
  ],
  [
    { bundleNixpkgs: "true" },
    invalid("bundleNixpkgs: expected true or false; got a string", HINT.boolean),
  ],
  [{ verifyBlobs: 1 }, invalid("verifyBlobs: expected true or false; got 1")],
  [{ previewDigests: null }, invalid("previewDigests: expected true or false; got null")],
  [
    { extraPkgs: "jq" },
    invalid(
      "extraPkgs: expected a list of attributes of the lock, or store paths; got a string",
      HINT.list,
    ),
  ],
  [
    { extraPkgs: ["jq", 7, ""] },
    invalid(`extraPkgs[1]: ${PACKAGE}; got 7`),
    invalid(`extraPkgs[2]: ${PACKAGE}; got an empty string`),
  ],
  [{ extraTags: {} }, invalid("extraTags: expected a list of tags; got an object")],
  [{ tag: "" }, invalid("tag: expected a tag; got an empty string")],
  [{ lixRevision: "" }, invalid("lixRevision: expected a revision; got an empty string")],
  [{ lock: ["a"] }, invalid("lock: expected the path of a lock file; got a list")],
  [{ registry: 7 }, invalid('registry: expected a host, such as "ghcr.io/acme"; got 7')],
  [{ systems: [] }, invalid(`systems: ${SYSTEMS}; got an empty list`)],
  [{ systems: "x86_64-linux" }, invalid(`systems: ${SYSTEMS}; got a string`, HINT.list)],

  // Choices.
  [
    { compression: "lz4" },
    invalid('compression: expected "gzip", "zstd" or { algorithm, level }; got "lz4"'),
  ],
  [
    { compression: { algorithm: "lz4" } },
    invalid('compression.algorithm: expected "gzip" or "zstd"; got "lz4"'),
  ],
  [
    { compression: { level: 3 } },
    invalid('compression.algorithm: expected "gzip" or "zstd"; got nothing'),
  ],
  [
    { compression: { algorithm: "gzip", level: 10 } },
    invalid(
      "compression.level: expected a whole number, from 1 to 9 for gzip and to 19 for zstd; got 10",
    ),
  ],
  [
    { archives: [{ type: "docker" }] },
    invalid('archives[0].type: expected "oci-layout" or "docker-archive"; got "docker"'),
    invalid("archives[0].path: expected the path to write to; got nothing"),
  ],
  [
    { archives: "out", registry: undefined },
    invalid("archives: expected a list of { type, path }; got a string", HINT.list),
  ],

  // Settings.
  [
    { nixConf: [] },
    invalid("nixConf: expected an object of settings, such as { cores: 4 }; got an empty list"),
  ],
  [
    { nixConf: { cores: 1.5, a: Infinity, b: NaN, c: null, d: ["x", {}], "e f": {} } },
    invalid(`nixConf.cores: ${SETTING}; got 1.5`),
    invalid(`nixConf.a: ${SETTING}; got Infinity`),
    invalid(`nixConf.b: ${SETTING}; got NaN`),
    invalid(`nixConf.c: ${SETTING}; got null`),
    invalid("nixConf.d[1]: expected a string, whole number or boolean; got an object"),
    invalid(`nixConf["e f"]: ${SETTING}; got an object`),
    [
      'nixConf: the key "e f" is empty, or holds a blank, newline, = or #',
      "INVALID_NIX_CONF",
      HINT.nixConf,
    ],
  ],
  [
    { nixConf: { a: "1\n2" } },
    ['nixConf: "a": a value holds a newline', "INVALID_NIX_CONF", HINT.nixConf],
  ],
];

test("a mistake in an argument is reported with its place and with what was expected", (t) =>
  assertFailures(t, TABLE));

test("values are not repeated: they may be secret", async () => {
  const secret = "hunter2";
  for (const args of [
    { maxLayers: secret },
    { nixConf: { a: { secret } } },
    { nixConf: { "access-tokens": `${secret}\n` } },
    { systems: secret },
    { extraPkgs: { secret } },
    { archives: [secret] },
  ]) {
    const { failures } = await check(
      new ResourceSession("/nowhere"),
      {},
      { registry: "ghcr.io", ...args },
    );
    assert.ok(failures.length > 0);
    assert.doesNotMatch(JSON.stringify(failures), /hunter2/);
  }
});

/** Mistakes that several arguments show together, or with the lock, in the words that a preview prints. */
import { test } from "node:test";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { assertFailures, invalid, type MistakeTable } from "../../support/check-failures.ts";

const ALL = Object.keys(LixImageInputs.shape).sort().join(", ");
const OUT = { type: "oci-layout", path: "out" };
const HINT = {
  tag: "a tag has 1 to 128 of A-Z a-z 0-9 _ . - and begins with neither . nor -",
  name: "a name is lower case: parts of a-z and 0-9 with / between them; inside a part, only . _ __ or dashes may separate them",
  host: "write the registry's host first: ghcr.io/acme/lix, docker.io/acme/lix, localhost:5000/lix",
  nixConf:
    "a setting is one line: a name, and a string without newlines, a safe integer, a boolean, or a list of them",
};
const SETTING = "expected a string, whole number, boolean, or list of them";
const SYSTEMS = 'expected a list of at least one Nix system, such as ["x86_64-linux"]';
const PACKAGE = "expected an attribute of the lock, or a store path";

const hub = (name: string, write: string): string =>
  `Docker Hub reads that as library/${name}, an official image: write ${write}`;

const TABLE: MistakeTable = [
  // Where the image goes.
  [
    { registry: undefined },
    [
      "the image goes nowhere: none of registry, repository and archives is given",
      "NO_DESTINATION",
      'give registry: "ghcr.io/acme", or archives: [{ type: "oci-layout", path: "image" }]',
    ],
  ],
  [
    { registry: undefined, mirrors: ["b.example/lix"] },
    invalid("mirrors: expected registry or repository as well; got mirrors only"),
  ],
  [
    { repository: "ghcr.io/acme/lix" },
    invalid("repository: expected either repository, or registry and name; got both"),
  ],
  [
    { registry: "acme", name: "no name" },
    ['name: not a repository: "no name": not a name', "INVALID_REPOSITORY", HINT.name],
    ['registry: not a repository: "acme/lix": no registry host', "INVALID_REPOSITORY", HINT.host],
  ],
  [
    { registry: "ghcr.io/Acme" },
    [
      'registry: not a repository: "ghcr.io/Acme/lix": not a name: "Acme/lix"',
      "INVALID_REPOSITORY",
      HINT.name,
    ],
  ],
  [
    { registry: undefined, archives: [OUT], name: "no name" },
    ['name: not a repository: "no name": not a name', "INVALID_REPOSITORY", HINT.name],
  ],
  [
    { registry: "https://user:hunter2@ghcr.io/acme" },
    [
      'registry: not a repository: "https://***@ghcr.io/acme/lix": no registry host',
      "INVALID_REPOSITORY",
      HINT.host,
    ],
  ],
  [
    { registry: "https://docker.io/", mirrors: ["b.example/lix", "index.docker.io/ci"], tag: "-" },
    [
      "registry: docker.io/lix: expected a namespace before the name; got the name alone",
      "HUB_NAMESPACE_MISSING",
      hub("lix", 'registry: "https://docker.io/<your namespace>"'),
    ],
    [
      "mirrors[1]: index.docker.io/ci: expected a namespace before the name; got the name alone",
      "HUB_NAMESPACE_MISSING",
      hub("ci", "index.docker.io/<your namespace>/ci"),
    ],
    ['tag: not a tag: "-"', "INVALID_TAG", HINT.tag],
  ],
  [
    { registry: undefined, repository: "docker.io/lix" },
    [
      "repository: docker.io/lix: expected a namespace before the name; got the name alone",
      "HUB_NAMESPACE_MISSING",
      hub("lix", "docker.io/<your namespace>/lix"),
    ],
  ],
  // A name that is wrong or unknown may have had a namespace.
  [
    { registry: "docker.io", name: "acme/no name" },
    ['name: not a repository: "acme/no name": not a name', "INVALID_REPOSITORY", HINT.name],
  ],
  [
    { registry: "docker.io", name: UNKNOWN, tag: "-" },
    ['tag: not a tag: "-"', "INVALID_TAG", HINT.tag],
  ],
  [
    {
      registry: "ghcr.io/acme",
      mirrors: ["ghcr.io/acme/lix", "b.example/x", "https://b.example/x", "acme/x"],
    },
    ['mirrors[3]: not a repository: "acme/x": no registry host', "INVALID_REPOSITORY", HINT.host],
    invalid("mirrors[0]: expected each repository once; got ghcr.io/acme/lix again"),
    invalid("mirrors[2]: expected each repository once; got b.example/x again"),
  ],
  [
    {
      archives: [
        { ...OUT, hydraBuildProducts: true },
        { ...OUT, path: "./out/" },
        { type: "docker-archive", path: "x.zip" },
      ],
    },
    invalid(
      "archives[0].hydraBuildProducts: expected a path ending in .tar; got out",
      "Hydra offers files for download, not folders",
    ),
    invalid("archives[1].path: expected each path once; got ./out/ again"),
    invalid("archives[2].path: expected a name ending in .tar, .tar.gz or .tgz; got x.zip"),
  ],

  // Tags.
  [
    { tag: "a/b", extraTags: ["latest", "{commit}", "{version}!", "{planKey}{planKey}"] },
    ['tag: not a tag: "a/b"', "INVALID_TAG", HINT.tag],
    [
      "extraTags[1]: unknown placeholder {commit}",
      "UNKNOWN_PLACEHOLDER",
      "the placeholders are {version}, {major} and {planKey}",
    ],
    ['extraTags[2]: not a tag: "{version}!"', "INVALID_TAG", HINT.tag],
  ],
  [{ tag: "x".repeat(129) }, [`tag: not a tag: "${"x".repeat(129)}"`, "INVALID_TAG", HINT.tag]],

  // What the lock has.
  [
    { lock: "/nowhere/lock.json" },
    [
      "there is no lock file /nowhere/lock.json",
      "LOCK_NOT_FOUND",
      "make one with `lix-image lock` (see `lix-image lock --help`), or name another in `lock`",
    ],
  ],
  [
    { systems: ["x86_64-linux", "x86_64-darwin", "x86_64-linux", "riscv64-linux"] },
    [
      'systems[1]: no image can be made for the system "x86_64-darwin"',
      "UNSUPPORTED_SYSTEM",
      "containers run Linux: use x86_64-linux",
    ],
    invalid("systems[2]: expected each system once; got x86_64-linux again"),
    [
      "systems: LOCK has no riscv64-linux; it has x86_64-linux",
      "SYSTEM_NOT_LOCKED",
      "lock it: lix-image lock … --system riscv64-linux",
    ],
  ],
  [
    { extraPkgs: ["tre", "jq", "git", "curl.static", "/nix/store/x"] },
    [
      'extraPkgs[0]: the lock has no package "tre" for x86_64-linux; nearest: tree',
      "UNKNOWN_ATTRIBUTE",
      "lock it too: lix-image lock … --package tre",
    ],
    [
      'extraPkgs[2]: the lock has no package "git" for x86_64-linux; nearest: gitMinimal, gzip, nix',
      "UNKNOWN_ATTRIBUTE",
      "lock it too: lix-image lock … --package git",
    ],
    [
      'extraPkgs[3]: curl has no output "static"',
      "UNKNOWN_OUTPUT",
      "its outputs are: bin, dev, out, man",
    ],
    invalid('extraPkgs[4]: expected /nix/store/<32 characters>-<name>; got "/nix/store/x"'),
  ],
  [
    { flakeRegistry: "/nowhere" },
    ["flakeRegistry: /nowhere cannot be imported: it cannot be read", "SOURCE_UNUSABLE"],
  ],

  // All at once, and although other parts are unknown.
  [
    {
      maxLayers: 0,
      nixConf: { a: UNKNOWN, b: null, c: "\n" },
      extraPkgs: [UNKNOWN, 7, "tre"],
      extraTags: [UNKNOWN, "-"],
      mirrors: [UNKNOWN, "acme/x"],
      archives: [{ type: "oci", path: UNKNOWN }, UNKNOWN],
      registry: UNKNOWN,
      foo: UNKNOWN,
    },
    invalid(`extraPkgs[1]: ${PACKAGE}; got 7`),
    invalid("maxLayers: expected a whole number from 1 to 127; got 0"),
    invalid(`nixConf.b: ${SETTING}; got null`),
    invalid('archives[0].type: expected "oci-layout" or "docker-archive"; got "oci"'),
    invalid("foo: unknown argument", `LixImage has ${ALL}`),
    ['mirrors[1]: not a repository: "acme/x": no registry host', "INVALID_REPOSITORY", HINT.host],
    ['nixConf: "c": a value holds a newline', "INVALID_NIX_CONF", HINT.nixConf],
    ['extraTags[1]: not a tag: "-"', "INVALID_TAG", HINT.tag],
    [
      'extraPkgs[2]: the lock has no package "tre" for x86_64-linux; nearest: tree',
      "UNKNOWN_ATTRIBUTE",
      "lock it too: lix-image lock … --package tre",
    ],
  ],
  [{ lock: UNKNOWN, tag: "-" }, ['tag: not a tag: "-"', "INVALID_TAG", HINT.tag]],
  [
    { systems: 7, tag: "-" },
    invalid(`systems: ${SYSTEMS}; got 7`),
    ['tag: not a tag: "-"', "INVALID_TAG", HINT.tag],
  ],
];

test("each mistake is reported on its own, and all of them at once", (t) =>
  assertFailures(t, TABLE));

/** What a preview cannot know, argument by argument, as docs/pulumi-users.md promises it. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { diff } from "../../support/compare.ts";
import { isUnknown, PREVIEW_OUTPUTS, UNKNOWN } from "../../../provider/arguments/unknown.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { markdownPages } from "../../support/markdown.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

const newsOf = (workshop: Workshop, args: PropertyMap): PropertyMap => ({
  lock: workshop.world.lockFile,
  registry: `${workshop.registry.host}/acme`,
  __provider: "text",
  __dryRun: true,
  ...args,
});

/** What check answers, where nothing is wrong. */
async function checked(
  session: ResourceSession,
  news: PropertyMap,
  olds: PropertyMap = {},
): Promise<PropertyMap> {
  const { inputs, failures } = await check(session, olds, news);
  assert.deepEqual(failures, []);
  return inputs;
}

const unknownOutputs = (inputs: PropertyMap): string[] =>
  PREVIEW_OUTPUTS.filter((name) => isUnknown(inputs[name])).sort();

/** The table of the docs: argument to the outputs that are unknown with it, sorted. */
function documented(): ReadonlyMap<string, readonly string[]> {
  const page = markdownPages().find(({ file }) => file === "docs/pulumi-users.md");
  const [, table = ""] =
    /^\| unknown argument.*?\n\|[ |-]+\n((?:\|.*\n)+)/m.exec(page?.text ?? "") ?? [];
  const names = (cell = ""): string[] =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
  return new Map(
    table.split("\n").flatMap((row) => {
      const [, args, outputs] = row.split("|");
      return names(args).map((name) => [name, names(outputs).sort()] as const);
    }),
  );
}

/** Every argument, with a value that it does not have by default. */
const KNOWN: PropertyMap = {
  name: "tools",
  tag: "stable",
  extraTags: ["one", "two"],
  systems: ["x86_64-linux"],
  lixRevision: "abc",
  bundleNixpkgs: false,
  channelName: "channel",
  channelUrl: "https://channel.example",
  extraPkgs: ["jq", "tree"],
  maxLayers: 40,
  nixConf: { cores: 4, substituters: ["https://a.example", "https://b.example"] },
  compression: { algorithm: "zstd", level: 9 },
  user: { name: "lix", uid: 1000, gid: 100, home: "/lix", shell: "/bin/sh" },
  compat: { gitlab: true },
  config: { env: { A: "1", PATH: { prepend: "/x" } }, labels: { a: "1" }, cmd: ["x"] },
  annotations: { a: "1" },
  files: { "/x": { text: "1", mode: "0600", uid: 1, gid: 1 }, "/y": { target: "/x" } },
  gcRoots: "profile",
  mirrors: ["a.example/lix", "b.example/lix"],
  archives: [{ type: "oci-layout", path: "out.tar", hydraBuildProducts: true }],
  previewDigests: true,
  deleteFromRegistry: true,
  verifyBlobs: true,
};

/** Unknown in part. */
const PARTS: Readonly<Record<string, readonly unknown[]>> = {
  extraTags: [
    ["one", UNKNOWN],
    [UNKNOWN, UNKNOWN],
  ],
  systems: [["x86_64-linux", UNKNOWN], [UNKNOWN]],
  extraPkgs: [["jq", UNKNOWN], [UNKNOWN]],
  nixConf: [
    { cores: UNKNOWN, substituters: ["https://a.example"] },
    { cores: 4, substituters: ["https://a.example", UNKNOWN] },
  ],
  compression: [
    { algorithm: UNKNOWN, level: 15 },
    { algorithm: "gzip", level: UNKNOWN },
  ],
  user: [
    { name: UNKNOWN, uid: 1000 },
    { name: "lix", uid: UNKNOWN, gid: UNKNOWN, home: UNKNOWN, shell: UNKNOWN },
  ],
  compat: [{ gitlab: true, forgejo: UNKNOWN }],
  config: [{ labels: UNKNOWN }, { labels: { a: UNKNOWN, b: "1" } }],
  annotations: [{ a: UNKNOWN, b: "1" }],
  files: [
    { "/x": UNKNOWN },
    { "/x": { text: UNKNOWN, mode: UNKNOWN, uid: UNKNOWN, gid: UNKNOWN } },
    { "/x": { source: UNKNOWN }, "/y": { target: UNKNOWN }, "/z": { directory: UNKNOWN } },
  ],
  mirrors: [
    ["a.example/lix", UNKNOWN],
    [UNKNOWN, UNKNOWN],
  ],
  archives: [
    [UNKNOWN, UNKNOWN],
    [{ type: "docker-archive", path: UNKNOWN }],
    [{ type: UNKNOWN, path: "out.tgz", hydraBuildProducts: true }],
    [{ type: "oci-layout", path: "out", hydraBuildProducts: UNKNOWN }],
  ],
};

test("while an argument is unknown, the outputs that the docs name are unknown, and no others", async (t) => {
  const table = documented();
  const names = Object.keys(LixImageInputs.shape);
  assert.deepEqual([...table.keys()].sort(), [...names].sort());
  await withWorkshop({}, async (workshop) => {
    const flakeRegistry = join(workshop.folder, "registry.json");
    await writeFile(flakeRegistry, "{}");
    const session = new ResourceSession(workshop.cache);
    const all = newsOf(workshop, { ...KNOWN, flakeRegistry });
    const known = await checked(session, all);
    assert.deepEqual(unknownOutputs(known), []);
    const repository = `${workshop.registry.host}/acme/tools`;
    const whole = { ...all, registry: undefined, name: undefined, repository };
    for (const name of names)
      for (const value of [UNKNOWN, ...(PARTS[name] ?? [])])
        await t.test(
          `${name}: ${JSON.stringify(value).replaceAll(UNKNOWN, "unknown")}`,
          async () => {
            const news = { ...(name === "repository" ? whole : all), [name]: value };
            const expected = table.get(name);
            // Nothing is known there, so that nothing can be answered from before.
            const cold = new ResourceSession(join(workshop.folder, "cold"));
            const isContents = expected?.includes("digest") === true;
            for (const where of isContents ? [session, cold] : [session]) {
              const inputs = await checked(where, news, known);
              assert.deepEqual(unknownOutputs(inputs), expected);
              assert.deepEqual(inputs[name], value, "as it was given");
              for (const other of [...names, ...PREVIEW_OUTPUTS])
                if (other !== name && !isUnknown(inputs[other]) && name !== "repository")
                  assert.deepEqual(inputs[other], known[other], other);
              assert.deepEqual(diff(known, inputs).replaces, [], "it may turn out to be the same");
            }
          },
        );
    assert.deepEqual(globSync("cold/**/{blobs,listings}/*", { cwd: workshop.folder }), []);
    assert.deepEqual(await checked(session, { ...all, __dryRun: false }), known, "up knows it");
  });
});

test("a tag with a placeholder is unknown if the version is", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new ResourceSession(workshop.cache);
    for (const [tag, args, isUnknownThen] of [
      ["{planKey}", { nixConf: UNKNOWN }, true],
      ["{version}", { nixConf: UNKNOWN }, false],
      ["{major}", { extraPkgs: UNKNOWN }, false],
      ["{version}", { lock: UNKNOWN }, true],
      ["{major}", { systems: [UNKNOWN] }, true],
      ["plain", { lock: UNKNOWN }, false],
    ] as const) {
      const { taggedRefs } = await checked(session, newsOf(workshop, { ...args, tag }));
      assert.equal(taggedRefs === UNKNOWN, isUnknownThen, `${tag} ${JSON.stringify(args)}`);
    }
  });
});

test("with another place that is known, an unknown setting does not hide the replacement", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new ResourceSession(workshop.cache);
    const known = await checked(session, newsOf(workshop, {}));
    const news = newsOf(workshop, { name: "elsewhere", nixConf: { cores: UNKNOWN } });
    assert.deepEqual(diff(known, await checked(session, news)).replaces, ["name"]);
  });
});

test("while the contents are unknown, the platforms are known by name", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new ResourceSession(workshop.cache);
    const systems = ["x86_64-linux"];
    const { platforms } = await checked(session, newsOf(workshop, { systems, nixConf: UNKNOWN }));
    assert.deepEqual(platforms, {
      "linux/amd64": { digest: UNKNOWN, configDigest: UNKNOWN, size: UNKNOWN },
    });
    const unknown = await checked(session, newsOf(workshop, { systems: [UNKNOWN] }));
    assert.equal(unknown["platforms"], UNKNOWN);
  });
});

test("without mirrors none is unknown, and without a revision that is known", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new ResourceSession(workshop.cache);
    const news = newsOf(workshop, { lock: UNKNOWN });
    const { mirrorRefs, revision } = await checked(session, news);
    assert.deepEqual([mirrorRefs, revision], [[], undefined]);
  });
});

test("previewDigests: false, or unknown, fetches nothing in a preview, and is whole in up", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new ResourceSession(workshop.cache);
    const news = newsOf(workshop, { previewDigests: false, mirrors: ["a.example/lix"] });
    const IMAGE = ["digest", "mirrorRefs", "planKey", "platforms", "ref", "size"];
    for (const previewDigests of [false, UNKNOWN]) {
      const before = await checked(session, { ...news, previewDigests }, { __state: "as it was" });
      assert.deepEqual(unknownOutputs(before), IMAGE);
      assert.equal(before["__state"], UNKNOWN, "an update plan holds `up` to what a preview has");
    }
    assert.equal(workshop.cachedBlobs(), 0);
    const up = await checked(session, { ...news, __dryRun: false });
    assert.deepEqual(unknownOutputs(up), []);
    assert.deepEqual(await checked(session, news), up, "what is known needs no download");
    await mkdir(join(workshop.folder, "clean"));
    const clean = new ResourceSession(join(workshop.folder, "clean"));
    const smaller = await checked(clean, { ...news, compression: "zstd" }, up);
    assert.deepEqual(
      unknownOutputs(smaller),
      IMAGE.filter((name) => name !== "planKey"),
      "the state has the packages' contents, so the plan is known",
    );
  });
});

test("outside a preview an unknown is refused, by its place, with all other mistakes", async () => {
  await withWorkshop({}, async (workshop) => {
    const news = newsOf(workshop, {
      nixConf: { cores: 4, substituters: ["https://a.example", UNKNOWN] },
      lixRevision: UNKNOWN,
      tag: "-",
      __dryRun: false,
    });
    const { failures } = await check(new ResourceSession(workshop.cache), {}, news);
    assert.deepEqual(
      failures.map(({ reason }) => reason.split("\n")[0]),
      [
        "nixConf.substituters[1]: expected a value; got one that is not known yet [VALUE_UNKNOWN]",
        "lixRevision: expected a value; got one that is not known yet [VALUE_UNKNOWN]",
        'tag: not a tag: "-" [INVALID_TAG]',
      ],
    );
  });
});

test("an unknown is found at any depth", () => {
  for (const value of [UNKNOWN, [UNKNOWN], { a: [{ b: UNKNOWN }] }])
    assert.ok(isUnknown(value), JSON.stringify(value));
  for (const value of [undefined, null, "", [], {}, { [UNKNOWN]: 1 }, `x${UNKNOWN}`])
    assert.ok(!isUnknown(value), JSON.stringify(value));
});

test("a setting that is unknown leaves known what does not follow from it", () =>
  withWorkshop({}, async (workshop) => {
    const session = new ResourceSession(workshop.cache);
    const settings = [
      { env: { A: UNKNOWN, PATH: { prepend: UNKNOWN } } },
      { env: UNKNOWN, cmd: ["x", UNKNOWN], entrypoint: [UNKNOWN] },
      { user: UNKNOWN, workingDir: UNKNOWN, stopSignal: UNKNOWN },
      { exposedPorts: [UNKNOWN], volumes: [UNKNOWN] },
    ];
    for (const each of settings) {
      const config = { labels: { a: "1" }, ...each };
      const inputs = await checked(session, newsOf(workshop, { config }));
      assert.deepEqual(inputs["config"], config);
      assert.equal(Object(inputs["labels"])["a"], "1");
      assert.deepEqual(unknownOutputs(inputs), ["digest", "planKey", "platforms", "ref", "size"]);
    }
  }));

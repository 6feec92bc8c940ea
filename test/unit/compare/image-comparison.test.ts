import assert from "node:assert/strict";
import { test } from "node:test";
import { compareImageContents } from "../../../provider/compare/image-comparison.ts";
import { storeDatabase } from "../../../provider/formats/nix/database.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { comparableImage, type ComparableParts } from "../../support/comparable-image.ts";
import { pathOf } from "../../support/listed-store.ts";
import { pax, type TarPart } from "../../support/tar.ts";

const file = (name: string, contents = "x"): TarPart => ({ name, contents });
const link = (name: string, target: string): TarPart => ({ name, type: "2", target });

const hashed = (name: string, digit: number): StorePath =>
  StorePath.fromBaseName(`${String(digit).repeat(32)}-${name}`);

/** `subject: here | there`, with the deviation in front of what is explained. */
async function differences(here: ComparableParts, there: ComparableParts): Promise<string[]> {
  const compared = await compareImageContents(comparableImage(here), comparableImage(there));
  return [...compared.platforms.values()].flatMap((platform) =>
    platform.differences.map(
      ({ deviation, subject, here: ours = "nothing", there: theirs = "nothing" }) =>
        `${deviation === undefined ? "" : `(${deviation}) `}${subject}: ${ours} | ${theirs}`,
    ),
  );
}

const oneLayer = (...parts: readonly TarPart[]): ComparableParts => ({ layers: [parts] });

test("the same files are no difference, however they are compressed", async () => {
  const parts = oneLayer(file("etc/a"), link("b", "etc/a"));
  const compared = await compareImageContents(
    comparableImage(parts),
    comparableImage({ ...parts, level: 1 }),
  );
  assert.equal(compared.unexplained, 0);
  const found = compared.platforms.get("linux/amd64");
  assert.equal(found?.layers.same, 1);
  assert.deepEqual(found.files, { same: 2, different: 0, onlyHere: 0, onlyThere: 0 });
});

test("each aspect of a file is compared: kind, contents, mode, owner, time, attributes", async () => {
  const header = (records: Readonly<Record<string, string>>) => [pax(records), file("a")];
  const plain = oneLayer(file("a"));
  for (const [other, ours, theirs] of [
    [[link("a", "x")], /^a file of 1 bytes/, /^a link to x$/],
    [[file("a", "y")], /^a file of 1 bytes, sha256 2d71/, /^a file of 1 bytes, sha256 a1fc/],
    [[{ ...file("a"), mode: 0o4755 }], /^mode 0644$/, /^mode 4755$/],
    [header({ uid: "70000" }), /^owner 0:0$/, /^owner 70000:0$/],
    [header({ mtime: "1.5" }), /^mtime 1$/, /^mtime 1.5$/],
    [header({ "SCHILY.xattr.user.x": "1" }), /attributes none$/, /attributes user.x=1$/],
  ] as const) {
    const [found = "", ...more] = await differences(plain, oneLayer(...other));
    const [, here = "", there = ""] = /^\/a: (.*) \| (.*)$/.exec(found) ?? [];
    assert.match(here, ours);
    assert.match(there, theirs);
    assert.deepEqual(more, []);
  }
});

test("a directory that only one image has is one difference", async () => {
  const found = await differences(
    oneLayer(file("a")),
    oneLayer(file("a"), file("d/x"), file("d/y")),
  );
  assert.deepEqual(found, ["/d: nothing | a directory with 2 files"]);
});

test("texts that differ are shown line by line", async () => {
  const compared = await compareImageContents(
    comparableImage(oneLayer(file("nix.conf", "cores = 4\nsandbox = true\n"))),
    comparableImage(oneLayer(file("nix.conf", "cores = 4\nsandbox = false\n"))),
  );
  const [found] = compared.platforms.get("linux/amd64")?.differences ?? [];
  assert.deepEqual(found?.lines, ["- sandbox = false", "+ sandbox = true"]);
});

test("configs are compared by field, variable, label and annotation", async () => {
  const config = { created: "2026-01-01T00:00:00Z", config: { Env: ["A=1", "B=2"], Cmd: ["sh"] } };
  const other = {
    ...config,
    config: { Env: ["B=3", "A=1"], Cmd: ["sh"], User: "", Labels: { by: "x" }, Shell: ["bash"] },
  };
  const layers = [[file("a")]];
  const annotations = { by: "somebody" };
  assert.deepEqual(await differences({ layers, config }, { layers, config: other, annotations }), [
    'Env B: "2" | "3"',
    'the order of Env: ["A","B"] | ["B","A"]',
    'Shell: nothing | ["bash"]',
    'Labels by: nothing | "x"',
    'annotation by: nothing | "somebody"',
  ]);
});

test("the same files in other layers are named, and layers that both have in another order", async () => {
  const [a, b] = [[file("a")], [file("b")]];
  const divided = await differences({ layers: [a, b] }, { layers: [[...a, ...b]] });
  assert.equal(divided.length, 3);
  for (const each of divided) assert.match(each, /^sha256:.*the same files, divided into other/);
  assert.deepEqual(await differences({ layers: [a, b] }, { layers: [b, a] }), [
    "the order of layers: layer 0 is no store path | layer 0 is no store path",
  ]);
});

test("a platform that nothing vouches for counts, and one that only the other image has does not", async () => {
  const parts = oneLayer(file("a"));
  const [amd, arm] = [comparableImage(parts), comparableImage({ ...parts, architecture: "arm64" })];
  const both = { ...amd, platforms: [...amd.platforms, ...arm.platforms] };
  const more = await compareImageContents(both, amd);
  assert.deepEqual([more.unexplained, more.platformsOnlyHere], [1, ["linux/arm64"]]);
  const fewer = await compareImageContents(amd, both);
  assert.deepEqual([fewer.unexplained, fewer.platformsOnlyThere], [0, ["linux/arm64"]]);
});

test("a blob that both images have is read once, and one that is no such layer is refused", async () => {
  const [shared, own] = [[file("a")], [file("b")]];
  const here = comparableImage({ layers: [shared, own] });
  const there = comparableImage({ layers: [shared] });
  await compareImageContents(here, there);
  assert.deepEqual([here.asked.length, there.asked.length], [2, 0]);
  const [image] = there.platforms;
  assert.ok(image);
  const [layer] = here.platforms[0]?.layers.slice(1) ?? [];
  const lying = {
    ...image,
    layers: image.layers.map((each) => ({ ...each, diffId: layer?.diffId ?? each.diffId })),
  };
  await assert.rejects(compareImageContents(here, { ...there, platforms: [lying] }), {
    code: "BLOB_MISMATCH",
  });
});

test("store paths of one name are compared as a pair, and count as unexplained", async () => {
  const [ours, theirs] = [hashed("curl", 1), hashed("curl", 2)].map((path) => path.slice(1));
  const found = await differences(
    oneLayer(file(`${ours}/bin/curl`, "new"), file(`${ours}/share/doc`)),
    oneLayer(file(`${theirs}/bin/curl`, "old"), file(`${theirs}/share/doc`)),
  );
  assert.deepEqual(found, [`/${ours}: /${ours} | /${theirs}`]);
  const same = await differences(oneLayer(file(`${ours}/a`)), oneLayer(file(`${theirs}/a`)));
  assert.deepEqual(same, [`/${ours}: /${ours} | /${theirs}`]);
  const other = file("nix/store/.links/a");
  const missing = await differences(oneLayer(other), oneLayer(other, file(`${theirs}/a`)));
  assert.deepEqual(missing, [`/${theirs}: nothing | a directory with 1 files`]);
});

interface Made {
  readonly path: StorePath;
  readonly ca?: string;
}

/** A store path that names a package, its database, and a link to it: what is generated in small. */
async function generated(
  { path, ca }: Made,
  { contents = `${path} and ${pathOf("curl")}`, narSize = 112 } = {},
): Promise<ComparableParts> {
  const narHash = NarHash.of(Buffer.from(contents));
  const row = { storePath: path, narHash, narSize, references: [], signatures: [] };
  const database = await storeDatabase([{ ...row, ...(ca === undefined ? {} : { ca }) }]);
  return oneLayer(
    link("root/.nix-profile", path),
    file(`${path.slice(1)}/manifest.nix`, contents),
    { name: "nix/var/nix/db/db.sqlite", contents: database },
  );
}

test("a generated path that differs by hashes alone is explained, with all that leads to it", async () => {
  const [here, there] = [
    { path: hashed("user-environment", 1), ca: "fixed:r:sha256:x" },
    { path: hashed("user-environment", 2) },
  ];
  const [theirs, explained] = [await generated(there), "(content-addressed)"];
  const found = await differences(await generated(here), theirs);
  assert.deepEqual(
    found.map((each) => each.split(": ", 2).join(": ").replaceAll(here.path, "PATH")),
    [
      `${explained} PATH: PATH | ${there.path}`,
      `${explained} /root/.nix-profile: a link to PATH | a link to ${there.path}`,
      `${explained} PATH: hash`,
      "(database-columns) PATH: ca",
    ],
  );
  const isExplained = (each: string) => each.startsWith("(");
  const otherContents = await generated(here, { contents: `${here.path} and ${pathOf("evil")}` });
  assert.deepEqual((await differences(otherContents, theirs)).filter(isExplained), [
    `${explained} /root/.nix-profile: a link to ${here.path} | a link to ${there.path}`,
    `(database-columns) ${here.path}: ca: fixed:r:sha256:x | nothing`,
  ]);
  const notAddressed = await generated({ path: here.path });
  const unexplained = (await differences(notAddressed, theirs)).filter(
    (each) => !isExplained(each),
  );
  assert.match(unexplained.join("\n"), /user-environment: .*\n.*user-environment: hash/);
  const otherSize = await generated(here, { narSize: 120 });
  assert.match(
    (await differences(otherSize, theirs)).join("\n"),
    /^\/nix.*: narSize: 120 \| 112$/m,
  );
});

test("a hash of the other image does not hide a file that has ours, too", async () => {
  const [ours, theirs] = [hashed("tool", 1), hashed("tool", 2)];
  const roots = "nix/var/nix/gcroots/docker";
  const base = (path: StorePath) => path.slice("/nix/store/".length);
  const found = await differences(
    oneLayer(file(`${ours.slice(1)}/a`), link(`${roots}/${base(ours)}`, ours)),
    oneLayer(
      file(`${theirs.slice(1)}/a`),
      link(`${roots}/${base(theirs)}`, theirs),
      link(`${roots}/${base(ours)}`, ours),
    ),
  );
  assert.ok(
    found.some((each) => each.includes(`${roots}/${base(theirs)}: nothing`)),
    found.join("\n"),
  );
});

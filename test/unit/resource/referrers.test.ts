/** The life of what is attached to an image: switched on, lost, repaired, switched off, removed with it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { withLog } from "../../../provider/base/log.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { readOciLayout } from "../../../provider/destination/oci-layout.ts";
import { prune, remove } from "../../../provider/pulumi/delete.ts";
import { diff } from "../../../provider/pulumi/diff.ts";
import { push } from "../../../provider/pulumi/push.ts";
import { read } from "../../../provider/pulumi/read.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { listReferrers } from "../../../provider/registry/referrers.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { makeWorld, type World } from "../../support/world.ts";
import type { ReferrerOutput } from "../../../sdk/outputs.ts";

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;
const SPDX = "application/spdx+json";
const CYCLONEDX = "application/vnd.cyclonedx+json";

let place = "";
let world: World;
let session: ResourceSession;
/** The first has no referrers API, the mirror has it. */
let registries: readonly [TestRegistry, TestRegistry];
const ended = Promise.withResolvers<void>();
let closed: Promise<void> | undefined;

before(async () => {
  const ready = Promise.withResolvers<void>();
  closed = withTempDir(async (folder) => {
    place = folder;
    world = await makeWorld(folder, { systems: SYSTEMS });
    session = new ResourceSession(`${folder}/cache`);
    registries = [await startRegistry({ referrersApi: false }), await startRegistry()];
    ready.resolve();
    await ended.promise;
    for (const registry of registries) await registry.close();
  });
  await Promise.race([ready.promise, closed]);
});
after(async () => {
  ended.resolve();
  await closed;
});

/** One image of a stack, in a repository of its own. */
class Stack {
  readonly name: string;
  readonly #args: PropertyMap;
  outs: PropertyMap = {};

  constructor(name: string, args: PropertyMap = {}) {
    this.name = `acme/${name}`;
    this.#args = args;
  }

  /** Whether diff saw a change, and the lines of the push. */
  async up(args: PropertyMap = {}): Promise<string[]> {
    const [first, mirror] = registries;
    const news = {
      ...{ lock: world.lockFile, repository: `${first.host}/${this.name}`, systems: SYSTEMS },
      ...{ mirrors: [`${mirror.host}/${this.name}`], ...this.#args, ...args },
    };
    const olds = this.outs;
    const { inputs, failures } = await check(session, olds, news);
    assert.deepEqual(failures, []);
    if ("ref" in olds) {
      const toDiff = { id: "id", olds, news: inputs, directory: "/" };
      if (!(await diff(session, toDiff)).changes) return ["no change"];
    }
    for (const registry of registries) registry.log.length = 0;
    const lines: string[] = [];
    const add = (line: string): void => void lines.push(line);
    await withLog({ progress: () => {}, info: add, warn: add }, async () => {
      const { outs } = await push(session, inputs, olds);
      if ("ref" in olds) await prune(session, { olds, news: outs });
      this.outs = outs;
    });
    return lines;
  }

  async refresh(): Promise<unknown> {
    const { props } = await read(session, "id", this.outs);
    this.outs = props;
    return props["drift"];
  }

  get referrers(): readonly ReferrerOutput[] {
    return Object(this.outs["referrers"]);
  }

  repositoryIn = (registry: TestRegistry) => registry.store.repository(this.name);

  /** Digests of what a registry lists. */
  async listedIn({ host }: TestRegistry): Promise<Set<string>> {
    const client = new RegistryClient({ host, name: this.name, plainHttp: true });
    const subjects = new Set(this.referrers.map(({ subject }) => subject));
    const lists = await Promise.all(
      [...subjects].map((subject) => listReferrers(client, Object(subject).toString())),
    );
    return new Set(lists.flat().map(({ digest }) => digest));
  }
}

const digestsOf = ({ referrers }: Stack): Set<string> =>
  new Set(referrers.map(({ digest }) => digest));
const digestsIn = (platforms: unknown): string[] =>
  Object.values<{ digest: string }>(Object(platforms)).map(({ digest }) => digest);
const sent = ({ log }: TestRegistry): string[] =>
  log.filter(({ method }) => method === "PUT").map(({ path }) => path);

test("sbom attaches to the index and its platforms, in every repository, and outputs say what", async () => {
  const stack = new Stack("attached");
  const lines = await stack.up({ sbom: ["spdx", "cyclonedx"] });
  assert.match(lines.join("\n"), /, 0 were there; 6 referrers attached/);
  const subjects = [stack.outs["digest"], ...digestsIn(stack.outs["platforms"])];
  assert.deepEqual(
    new Set(stack.referrers.map(({ subject, artifactType }) => `${subject} ${artifactType}`)),
    new Set(subjects.flatMap((subject) => [`${subject} ${SPDX}`, `${subject} ${CYCLONEDX}`])),
  );
  for (const registry of registries) {
    assert.deepEqual(await stack.listedIn(registry), digestsOf(stack));
    const { manifests } = stack.repositoryIn(registry);
    for (const { digest, size } of stack.referrers)
      assert.equal(manifests.get(digest)?.bytes.length, size);
  }
  assert.deepEqual(await stack.refresh(), []);
  assert.deepEqual(await stack.up({ sbom: ["cyclonedx", "spdx"] }), ["no change"]);
});

test("an sbom that is switched on later is an update that sends just that", async () => {
  const stack = new Stack("later");
  await stack.up();
  assert.equal(stack.referrers.length, 0);
  const { digest } = stack.outs;
  const lines = await stack.up({ sbom: "spdx" });
  assert.match(lines.join("\n"), /the image was there; 3 referrers attached/);
  assert.equal(stack.outs["digest"], digest);
  const expected = new RegExp(
    `/blobs/uploads/|${[...digestsOf(stack)].join("|")}|/sha256-[0-9a-f]*$`,
  );
  for (const registry of registries)
    for (const path of sent(registry)) assert.match(path, expected);
  // A document for each manifest, and one empty config.
  for (const registry of registries) assert.equal(registry.count("POST", /blobs/), 4);
});

test("a refresh finds in each registry what is lost or not listed, and the next up repairs just that", async () => {
  const stack = new Stack("lost");
  await stack.up({ sbom: "spdx" });
  const [first, mirror] = registries;
  const root = stack.referrers.find(({ subject }) => subject === stack.outs["digest"]);
  const arm = Object(Object(stack.outs["platforms"])["linux/arm64"]).digest;
  const ofArm = stack.referrers.find(({ subject }) => subject === arm);
  assert.ok(root && ofArm);
  stack.repositoryIn(mirror).manifests.delete(ofArm.digest);
  stack.repositoryIn(first).tags.delete(root.subject.replace(":", "-"));
  assert.deepEqual(await stack.refresh(), [
    `${first.host}/${stack.name}: referrer ${root.digest} (${SPDX}) is not listed`,
    `${mirror.host}/${stack.name}: referrer ${ofArm.digest} (linux/arm64: ${SPDX}) is gone`,
  ]);
  const lines = (await stack.up({ sbom: "spdx" })).join("\n");
  assert.match(
    lines,
    new RegExp(`referrer ${root.digest} \\(${SPDX.replace("+", ".")}\\) is back`),
  );
  assert.match(lines, new RegExp(`referrer ${ofArm.digest} \\(linux/arm64: .*\\) is back`));
  // Those of the document that was lost.
  const asked = registries.map((registry) => registry.count("HEAD", /blobs/));
  assert.deepEqual(asked, [0, 2]);
  assert.deepEqual(
    [sent(first), sent(mirror)],
    [
      [`/v2/${stack.name}/manifests/${root.subject.replace(":", "-")}`],
      [`/v2/${stack.name}/manifests/${ofArm.digest}`],
    ],
  );
  assert.deepEqual(await stack.refresh(), []);
});

test("an sbom that is switched off is removed, and those of others stay", async () => {
  const stack = new Stack("off");
  await stack.up({ sbom: ["spdx", "cyclonedx"] });
  const spdx = stack.referrers.filter(({ artifactType }) => artifactType === SPDX);
  const before = digestsOf(stack);
  await stack.up({ sbom: "spdx" });
  const kept = new Set(spdx.map(({ digest }) => digest));
  assert.deepEqual(digestsOf(stack), kept);
  for (const registry of registries) {
    assert.deepEqual(await stack.listedIn(registry), kept);
    const { manifests } = stack.repositoryIn(registry);
    for (const digest of before) assert.equal(manifests.has(digest), kept.has(digest));
  }
  const referrers = stack.referrers;
  const lines = await stack.up();
  assert.match(lines.join("\n"), new RegExp(`removed .*${[...kept][0]}`));
  assert.equal(stack.referrers.length, 0);
  for (const registry of registries) {
    const { manifests, tags } = stack.repositoryIn(registry);
    for (const { digest } of referrers) assert.ok(!manifests.has(digest));
    assert.deepEqual([...tags.keys()], ["latest"]);
  }
});

test("a registry that deletes nothing lists it no longer, and a warning says what stays", async () => {
  const stack = new Stack("undeletable");
  await stack.up({ sbom: "spdx" });
  const [first] = registries;
  const [some] = stack.referrers;
  assert.ok(some);
  const act = { kind: "answer", status: 405 } as const;
  first.faults.push({ method: "DELETE", times: Infinity, act });
  try {
    const lines = await stack.up();
    assert.match(lines.join("\n"), /could not remove sha256:/);
    const { tags, manifests } = stack.repositoryIn(first);
    const list = manifests.get(tags.get(some.subject.replace(":", "-")) ?? "");
    assert.deepEqual(JSON.parse(Buffer.from(list?.bytes ?? []).toString()).manifests, []);
  } finally {
    first.faults.length = 0;
  }
});

test("deleteFromRegistry removes what is attached with the image", async () => {
  const stack = new Stack("deleted", { deleteFromRegistry: true });
  await stack.up({ sbom: "spdx", provenance: true });
  assert.equal(stack.referrers.length, 6);
  // A session of its own: what check claims in this one is not removed by it.
  await remove(stack.outs);
  for (const registry of registries) {
    const { tags, manifests } = stack.repositoryIn(registry);
    assert.deepEqual([...tags.keys()], []);
    for (const { digest } of stack.referrers) assert.ok(!manifests.has(digest));
  }
});

test("what is attached to a platform stays while another image of the repository has that platform", async () => {
  const both = new Stack("shared", { deleteFromRegistry: true, sbom: "spdx" });
  await both.up();
  const alone = new Stack("shared", { sbom: "spdx", tag: "amd64", systems: SYSTEMS.slice(0, 1) });
  await alone.up();
  await remove(both.outs);
  for (const registry of registries)
    assert.deepEqual(await alone.listedIn(registry), digestsOf(alone));
  assert.deepEqual(await alone.refresh(), []);
});

test("a state that was written before there were referrers shows neither drift nor change", async () => {
  const stack = new Stack("old");
  await stack.up();
  const { referrers: _, ...old } = stack.outs;
  stack.outs = old;
  assert.deepEqual(await stack.refresh(), []);
  assert.deepEqual(await stack.up(), ["no change"]);
  for (const referrers of [null, "x", [{ digest: "sha256:short" }]]) {
    stack.outs = { ...old, referrers };
    assert.deepEqual(await stack.refresh(), []);
  }
});

test("LixImage.get lists what is attached to the image, if it may", async () => {
  const stack = new Stack("looked-up");
  await stack.up({ sbom: "spdx" });
  for (const registry of registries) {
    const id = `http://${registry.host}/${stack.name}`;
    const { props } = await read(session, id, {});
    const ofRoot = stack.referrers.filter(({ subject }) => subject === stack.outs["digest"]);
    assert.deepEqual(props["referrers"], ofRoot);
    const act = { kind: "answer", status: 403 } as const;
    registry.faults.push({ path: /referrers/, act });
    assert.deepEqual((await read(session, id, {})).props["referrers"], []);
  }
});

test("an OCI layout holds what is attached; an archive in one file does not, and a warning says so", async () => {
  const args = { repository: undefined, mirrors: undefined, sbom: "spdx" };
  const stack = new Stack("archives", args);
  const layout = { type: "oci-layout", path: `${place}/layout` };
  await stack.up({ archives: [layout] });
  assert.equal(stack.referrers.length, 3);
  const { names } = await readOciLayout(layout.path, "latest");
  assert.deepEqual(names, ["latest"]);
  for (const { subject, digest } of stack.referrers) {
    const { root } = await readOciLayout(layout.path, subject.replace(":", "-"));
    assert.ok(Buffer.from(root.bytes).includes(digest));
  }
  const archives = [{ type: "oci-layout", path: `${place}/image.tar` }];
  const lines = await stack.up({ archives });
  assert.match(
    lines.join("\n"),
    /nothing was attached to the image: .*an archive in one file cannot/,
  );
  assert.equal(stack.referrers.length, 0);
});

/** Each repository that an image went to is checked, reported and repaired on its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { diff } from "../../support/compare.ts";
import { push } from "../../../provider/pulumi/push.ts";
import { read } from "../../../provider/pulumi/read.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import type { LayerOutput, PlatformOutput } from "../../../sdk/outputs.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import type { StoredRepository } from "../../support/registry-store.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";
import { layerNamed } from "../../support/layer-named.ts";

interface Pushed {
  readonly workshop: Workshop;
  /** The mirror. */
  readonly registry: TestRegistry;
  /** What its lines begin with. */
  readonly mirror: string;
  readonly copy: StoredRepository;
  readonly first: StoredRepository;
  readonly id: string;
  readonly outs: PropertyMap;
  readonly root: string;
  readonly children: readonly PlatformOutput[];
  /** What a refresh finds. */
  drift(): Promise<unknown>;
  /** Refresh and up: the digests and tags that were written to each. */
  repair(): Promise<{ readonly first: string[]; readonly mirror: string[] }>;
}

/** An index of two platforms in one repository and in a mirror, elsewhere. */
async function withMirror(use: (pushed: Pushed) => Promise<void>): Promise<void> {
  const registry = await startRegistry();
  const systems = ["x86_64-linux", "aarch64-linux"] as const;
  try {
    await withWorkshop({ world: { systems } }, async (workshop) => {
      const mirror = `${registry.host}/copies/lix`;
      const news = {
        lock: workshop.world.lockFile,
        registry: `${workshop.registry.host}/acme`,
        mirrors: [mirror],
        systems,
        verifyBlobs: true,
      };
      const session = new ResourceSession(workshop.cache);
      const { inputs, failures } = await check(session, {}, news);
      assert.deepEqual(failures, []);
      const { id, outs } = await push(session, inputs);
      const platforms = outs["platforms"] as Readonly<Record<string, PlatformOutput>>;
      await use({
        workshop,
        registry,
        mirror,
        copy: registry.store.repository("copies/lix"),
        first: workshop.registry.store.repository("acme/lix"),
        id,
        outs,
        root: String(outs["digest"]),
        children: Object.values(platforms),
        drift: async () => (await read(session, id, outs)).props["drift"],
        repair: async () => {
          const found = await read(session, id, outs);
          const again = await check(session, found.inputs, news);
          assert.equal(diff(found.props, again.inputs).changes, true);
          workshop.registry.log.length = registry.log.length = 0;
          const repaired = await push(session, again.inputs, found.props);
          assert.deepEqual(repaired.outs, outs);
          const written = { first: writes(workshop.registry), mirror: writes(registry) };
          assert.deepEqual((await read(session, id, outs)).props["drift"], []);
          return written;
        },
      });
    });
  } finally {
    await registry.close();
  }
}

const writes = (registry: TestRegistry): string[] =>
  registry.log
    .filter(({ method }) => method === "PUT")
    .map(({ path }) => decodeURIComponent(/[^/=]*$/.exec(path)?.[0] ?? ""));

test("what was pushed to a mirror is read back from there, by HEAD, with no drift", () =>
  withMirror(async ({ registry, workshop, outs, drift, mirror, root }) => {
    assert.deepEqual(outs["mirrorRefs"], [`${mirror}@${root}`]);
    workshop.registry.log.length = registry.log.length = 0;
    assert.deepEqual(await drift(), []);
    const paths = registry.log.map(({ method, path }) => `${method} ${path}`).sort();
    const others = workshop.registry.log.map(({ method, path }) => `${method} ${path}`).sort();
    assert.deepEqual(
      paths,
      others.map((line) => line.replace("/acme/", "/copies/")),
    );
    assert.ok(paths.every((line) => line.startsWith("HEAD")));
  }));

test("a platform's manifest that a mirror lost is put back there, and nothing else anywhere", () =>
  withMirror(async ({ copy, drift, repair, mirror, children }) => {
    const lost = children[1]?.digest ?? "";
    assert.ok(copy.manifests.delete(lost));
    assert.deepEqual(await drift(), [`${mirror}: manifest ${lost} (linux/arm64) is gone`]);
    assert.deepEqual(await repair(), { first: [], mirror: [lost] });
  }));

test("a tag that was moved in a mirror is moved back there", () =>
  withMirror(async ({ copy, drift, repair, mirror, root, children }) => {
    const [child] = children;
    assert.ok(child);
    copy.tags.set("latest", child.digest);
    const line = `${mirror}: tag latest points to ${child.digest}, not to ${root}`;
    assert.deepEqual(await drift(), [line]);
    assert.deepEqual(await repair(), { first: [], mirror: ["latest"] });
  }));

test("a blob that a mirror lost is sent there, and nothing anywhere else", () =>
  withMirror(async ({ copy, drift, repair, mirror, children, outs }) => {
    const layers = children[0]?.layers ?? ([] as LayerOutput[]);
    const lost = layerNamed(outs, "less-661");
    const at = layers.findIndex((each) => each.digest === lost);
    assert.ok(copy.blobs.delete(lost));
    const line = `${mirror}: blob ${lost} (linux/amd64: layer ${at + 1}, less-661) is gone`;
    assert.deepEqual(await drift(), [line]);
    assert.deepEqual(await repair(), { first: [], mirror: [lost] });
  }));

test("drift of the first repository names it, too, and leaves the mirror alone", () =>
  withMirror(async ({ workshop, registry, first, drift, repair }) => {
    const name = `${workshop.registry.host}/acme/lix`;
    first.tags.delete("latest");
    assert.deepEqual(await drift(), [`${name}: tag latest is gone`]);
    assert.deepEqual(await repair(), { first: ["latest"], mirror: [] });
    assert.equal(registry.count("PUT"), 0);
  }));

test("a mirror that lost all gets all again; as long as one repository has it, the image is not gone", () =>
  withMirror(async ({ workshop, registry, mirror, id, outs, drift, repair, root, copy, first }) => {
    registry.store.repositories.clear();
    assert.deepEqual(await drift(), [`${mirror}: the image is gone`]);
    const written = await repair();
    assert.deepEqual(written.first, []);
    assert.equal(written.mirror.length, copy.blobs.size + 3);

    workshop.registry.store.repositories.clear();
    const found = await read(new ResourceSession(), id, outs);
    assert.deepEqual(
      [found.id, found.props["drift"], found.props["taggedRefs"], found.props["digest"]],
      [id, [`${workshop.registry.host}/acme/lix: the image is gone`], [], root],
    );
    assert.deepEqual((await repair()).mirror, []);
    assert.ok(first.blobs.size > 0);

    for (const each of [workshop.registry, registry]) each.store.repositories.clear();
    assert.deepEqual(await read(new ResourceSession(), id, outs), {
      id: "",
      props: {},
      inputs: {},
    });
  }));

for (const [what, act, says] of [
  ["denies", { kind: "answer", status: 401 }, /denied: HTTP status 401/],
  ["forbids", { kind: "answer", status: 403 }, /denied: HTTP status 403/],
  ["limits the rate", { kind: "answer", status: 429, headers: { "retry-after": "60" } }, /rate/],
  ["is broken", { kind: "answer", status: 503 }, /not available: HTTP status 503/],
  ["hangs up", { kind: "drop", afterBytes: 0 }, /the connection failed/],
  ["is silent", { kind: "wait", ms: 2_000 }, /no answer within 0\.4 s/],
] as const)
  test(`a mirror that ${what} fails the refresh and is named; the first repository's answer is not used`, () =>
    withMirror(async ({ workshop, registry, mirror, id, outs }) => {
      workshop.registry.store.repositories.clear();
      registry.faults.push({ path: /^\/v2\/copies/, times: Infinity, act });
      await assert.rejects(
        read(new ResourceSession(), id, outs, { requestLimitMs: 400 }),
        (error) => {
          const text = render(error);
          assert.ok(text.startsWith(`${mirror}: `), text);
          assert.match(text, says);
          return true;
        },
      );
    }));

test("half an answer of a mirror, and a mirror whose name is not known, are no answer", () =>
  withMirror(async ({ registry, mirror, id, outs }) => {
    const head = { kind: "answer", status: 200 } as const;
    registry.faults.push({ method: "HEAD", path: /manifests/, times: Infinity, act: head });
    const headers = { "content-length": "1000" };
    const act = { kind: "answer", status: 200, headers, body: '{"schemaVersion":2,' } as const;
    registry.faults.push({ method: "GET", path: /manifests/, times: Infinity, act });
    const soon = { requestLimitMs: 400 };
    await assert.rejects(read(new ResourceSession(), id, outs, soon), (error) => {
      assert.match(
        render(error),
        new RegExp(`^${mirror}: reading manifest .*no more of the answer`),
      );
      return true;
    });
    const unknown = { ...outs, mirrors: ["registry.invalid/lix"] };
    await assert.rejects(
      read(new ResourceSession(), id, unknown, soon),
      /registry\.invalid\/lix: reading manifest/,
    );
  }));

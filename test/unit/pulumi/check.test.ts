import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { diff } from "../../support/compare.ts";
import { push } from "../../../provider/pulumi/push.ts";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { countConnections } from "../../support/connections.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";
import { copyCache } from "../../support/world/binary-cache.ts";
import { useCaches } from "../../support/world/damage.ts";

interface Scene {
  readonly workshop: Workshop;
  readonly cache: CacheServer;
  /** The inputs that the SDK sends. */
  readonly news: (args?: PropertyMap) => PropertyMap;
  /** A machine of its own: nothing is known there. */
  readonly machine: (name: string) => ResourceSession;
}

/** A stack whose packages come from a cache by http, so that its log shows what was fetched. */
async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  await withWorkshop({}, async (workshop) => {
    const cache = await startCacheServer();
    try {
      await copyCache(workshop.world.cacheFolder, cache.files);
      await useCaches(workshop.world, cache.url);
      const usual = {
        lock: workshop.world.lockFile,
        registry: `${workshop.registry.host}/acme`,
        __provider: "text",
        __dryRun: true,
      };
      await use({
        workshop,
        cache,
        news: (args = {}) => ({ ...usual, ...args }),
        machine: (name) => new ResourceSession(join(workshop.folder, name)),
      });
    } finally {
      await cache.close();
    }
  });
}

/** The inputs, where nothing was wrong. */
async function checked(
  session: ResourceSession,
  olds: PropertyMap,
  news: PropertyMap,
): Promise<PropertyMap> {
  const { inputs, failures } = await check(session, olds, news);
  assert.deepEqual(failures, []);
  return inputs;
}

const SHOWN = ["ref", "digest", "taggedRefs", "version", "labels", "packages", "platforms", "size"];

test("a preview shows the digest that is then pushed, and writes to no registry", async () => {
  await withScene(async ({ workshop, news, machine }) => {
    const session = machine("one");
    const inputs = await checked(session, {}, news());
    for (const name of [...SHOWN, "planKey", "__state"])
      assert.ok(inputs[name] !== undefined && inputs[name] !== UNKNOWN, name);
    assert.equal(workshop.registry.log.length, 0);
    const { id, outs } = await push(session, inputs);
    assert.equal(id, `${workshop.registry.host}/acme/lix`);
    for (const name of [...SHOWN, "planKey"])
      if (name !== "platforms") assert.deepEqual(outs[name], inputs[name], name);
    const tags = workshop.registry.store.repositories.get("acme/lix")?.tags;
    assert.equal(tags?.get("latest"), inputs["digest"]);
  });
});

test("internal properties stay out of the inputs, except for the provider's text", async () => {
  await withScene(async ({ news, machine }) => {
    const stale = { revision: "stale", drift: ["stale"] };
    const inputs = await checked(machine("one"), stale, news(stale));
    assert.ok(!("__dryRun" in inputs));
    assert.equal(inputs["__provider"], "text");
    assert.ok(
      !("revision" in inputs) && !("drift" in inputs),
      "outputs that came back are dropped",
    );
    const again = JSON.parse(JSON.stringify(inputs));
    assert.deepEqual(again, inputs, "nothing is undefined, or anything else but JSON");
  });
});

test("with nothing changed, check and diff open no connection", async () => {
  await withScene(async ({ workshop, cache, news, machine }) => {
    const first = machine("one");
    const { outs } = await push(first, await checked(first, {}, news()));
    await Promise.all([cache.close(), workshop.registry.close()]);

    const session = machine("one");
    const connections = await countConnections(async () => {
      const inputs = await checked(session, outs, news());
      assert.equal(diff(outs, inputs).changes, false);
      assert.equal(inputs["__state"], outs["__state"]);
    });
    assert.equal(connections, 0);
  });
});

for (const [name, args] of [
  ["one path a layer", {}],
  ["few layers", { maxLayers: 9 }],
  ["layers by closure risk", { maxLayers: 9, layering: "closure-risk" }],
] as const)
  test(`with the state alone, a changed setting is planned and pushed without any package: ${name}`, async () => {
    await withScene(async ({ workshop, cache, news, machine }) => {
      const first = machine("one");
      const { outs } = await push(first, await checked(first, {}, news(args)));
      cache.log.length = 0;
      workshop.registry.log.length = 0;

      const clean = machine("clean");
      const setting = { nixConf: { cores: 3 }, tag: "changed", __dryRun: false };
      const changed = news({ ...args, ...setting });
      const inputs = await checked(clean, outs, changed);
      assert.deepEqual(cache.log, []);
      assert.notEqual(inputs["digest"], outs["digest"]);
      await push(clean, inputs, outs);
      assert.deepEqual(cache.log, []);
      const { registry } = workshop;
      assert.equal(registry.count("POST", /uploads/), 2, "one layer and the config");

      // A second check, as of a replacement, gets no state; the process remembers.
      await checked(clean, {}, changed);
      assert.deepEqual(cache.log, []);
    });
  });

test("every mistake is in one answer, whatever finds it", async () => {
  await withScene(async ({ cache, news, machine }) => {
    const { inputs, failures } = await check(
      machine("one"),
      {},
      news({
        maxLayers: 0,
        nonsense: true,
        tag: "not a tag",
        name: "no name!",
        nixConf: { a: "\n" },
        extraPkgs: ["jqq", "curl.static"],
        flakeRegistry: "/nowhere",
      }),
    );
    assert.deepEqual(inputs, {});
    const said = failures.map((failure) => failure.reason).join("\n");
    for (const each of [
      /maxLayers: .*; got 0/,
      /nonsense: unknown argument/,
      /not a tag/,
      /no name!/,
      /nixConf: "a"/,
      /extraPkgs\[0\]: .*jqq/,
      /extraPkgs\[1\]: .*static/,
      /\/nowhere/,
    ])
      assert.match(said, each);
    assert.ok(failures.length >= 7);
    assert.deepEqual(cache.log, [], "nothing is fetched for arguments that are wrong");
  });
});

test("a wrong argument does not make others wrong", async () => {
  await withScene(async ({ news, machine }) => {
    for (const [wrong, count] of [
      [{ registry: 7 }, 1],
      [{ systems: [] }, 1],
      [{ lock: 7 }, 1],
      [{ archives: "out", registry: undefined }, 1],
      [{ lock: "/nowhere/lix-image.lock.json", tag: "-" }, 2],
    ] as const) {
      const { failures } = await check(machine("one"), {}, news(wrong));
      assert.equal(failures.length, count, JSON.stringify(failures));
    }
  });
});

test("two images that claim one reference with different digests are refused", async () => {
  await withScene(async ({ news, machine }) => {
    const session = machine("one");
    const args = { tag: "claimed" };
    await checked(session, {}, news(args));
    await checked(session, {}, news(args));
    await checked(session, {}, news({ ...args, name: "another", maxLayers: 3 }));
    const { failures } = await check(session, {}, news({ ...args, maxLayers: 3 }));
    assert.equal(failures.length, 1);
    assert.match(failures[0]?.reason ?? "", /acme\/lix:claimed: two resources .*sha256:/);
  });
});

test("a mirror claims its references like any other repository", async () => {
  await withScene(async ({ workshop, news, machine }) => {
    const session = machine("one");
    const mirrors = [`${workshop.registry.host}/copies/lix`];
    await checked(session, {}, news({ tag: "mirrored", mirrors }));
    const args = { tag: "mirrored", name: "other", maxLayers: 3, mirrors };
    const { failures } = await check(session, {}, news(args));
    assert.equal(failures.length, 1);
    assert.match(failures[0]?.reason ?? "", /copies\/lix:mirrored: two resources /);
  });
});

test("relative paths are relative to the provider's working directory", async () => {
  await withScene(async ({ workshop, news, machine }) => {
    const before = process.cwd();
    await mkdir(join(workshop.folder, "elsewhere"));
    process.chdir(join(workshop.folder, "elsewhere"));
    try {
      await checked(machine("one"), {}, news({ lock: "../lix-image.lock.json" }));
      const { failures } = await check(machine("one"), {}, news({ lock: "none.json" }));
      assert.match(failures[0]?.reason ?? "", new RegExp(`${process.cwd()}/none\\.json`));
    } finally {
      process.chdir(before);
    }
  });
});

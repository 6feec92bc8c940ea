/** Calls that end before they are done. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { serveWorld, startCacheServer } from "../../support/cache-server.ts";
import { checked, created, URN, withPlugin, type Plugin } from "./with-plugin.ts";

/** From now on the registry reads nothing and says nothing. */
function hang({ workshop }: Plugin, method: string): void {
  workshop.registry.log.length = 0;
  workshop.registry.faults.push({ method, times: Infinity, act: { kind: "hang" } });
}

async function reached({ workshop }: Plugin, method: string): Promise<void> {
  while (workshop.registry.count(method) === 0) await sleep(10);
}

const NAR = /\.nar(\.|$)/;
const CANCELLED = { message: "cancelled [CANCELLED]", code: 1 };

test("a cancel ends a push at once, leaves nothing half done, and refuses what comes after it", () =>
  withPlugin(async (plugin) => {
    const { client, args, workshop, another } = plugin;
    const inputs = await checked(client, args);
    hang(plugin, "PUT");
    const pushing = assert.rejects(client.create(URN, inputs), CANCELLED);
    await reached(plugin, "PUT");
    await client.cancel();
    await pushing;
    await assert.rejects(checked(client, args), CANCELLED);
    const repository = workshop.registry.store.repository("acme/lix");
    assert.equal(repository.tags.size, 0);
    assert.deepEqual(workshop.temporaryFiles(), []);

    workshop.registry.faults.length = 0;
    const { outputs } = await (await another()).create(URN, inputs);
    assert.equal(repository.tags.get("latest"), outputs["digest"]);
  }));

test("a cancel ends a refresh, a look-up, an import and a removal", () =>
  withPlugin(async (plugin) => {
    const { client, args, workshop, another } = plugin;
    const state = await created(client, { ...args, deleteFromRegistry: true });
    const id = `${state.id}:latest`;
    const calls = {
      refresh: (other: typeof client) => other.read(state),
      import: (other: typeof client) => other.import(URN, id),
      function: (other: typeof client) => other.invoke("lix:index:getLixImage", { reference: id }),
      removal: (other: typeof client) => other.delete(state),
    };
    for (const call of Object.values(calls)) {
      const other = await another();
      workshop.registry.faults.length = 0;
      hang(plugin, call === calls.refresh ? "HEAD" : "GET");
      const running = assert.rejects(call(other), CANCELLED);
      await reached(plugin, call === calls.refresh ? "HEAD" : "GET");
      await other.cancel();
      await running;
    }
    assert.ok(workshop.registry.store.repository("acme/lix").tags.has("latest"));
  }));

test("a cancel ends downloads and the threads that unpack them, and leaves no file", () =>
  withPlugin(async (plugin) => {
    const { client, args, workshop, another } = plugin;
    const packages = await startCacheServer();
    try {
      await serveWorld(workshop.world, packages);
      const { promise: until, resolve: release } = Promise.withResolvers<void>();
      packages.faults.push({ path: NAR, act: { kind: "hold", until } });
      const checking = assert.rejects(checked(client, args), CANCELLED);
      while (!packages.log.some(({ path }) => NAR.test(path))) await sleep(10);
      await client.cancel();
      await checking;
      assert.deepEqual(workshop.temporaryFiles(), []);
      release();
      packages.faults.length = 0;
      assert.match(String((await checked(await another(), args))["digest"]), /^sha256:/);
    } finally {
      await packages.close();
    }
  }));

test("customTimeouts end one call, which says so, and no other", () =>
  withPlugin(async (plugin) => {
    const { client, args, workshop } = plugin;
    const inputs = await checked(client, args);
    hang(plugin, "PUT");
    await assert.rejects(client.create(URN, inputs, { timeout: 0.2 }), {
      message: /^create: not done within 0\.2 s, the limit in the resource's customTimeouts/,
    });
    assert.deepEqual(workshop.temporaryFiles(), []);
    workshop.registry.faults.length = 0;
    assert.ok((await client.create(URN, inputs, { timeout: 60 })).outputs["digest"]);
  }));

/** The configuration of the provider itself. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { serveWorld, startCacheServer } from "../../support/cache-server.ts";
import { checked, created, URN, withPlugin } from "./with-plugin.ts";

test("an image without a destination, and a name without a host, are in the default registry", () =>
  withPlugin(async ({ args, workshop, another }) => {
    const { host } = workshop.registry;
    const client = await another({ defaultRegistry: `${host}/acme` });
    const { lock } = args;
    assert.ok(lock !== undefined);
    const state = await created(client, { lock });
    assert.equal(state.id, `${host}/acme/lix`);
    const inputs = await checked(client, { lock, repository: "team/web" });
    assert.equal(inputs["repository"], `${host}/acme/team/web`);
    const there = { lock, repository: `${host}/else/web` };
    assert.equal((await checked(client, there))["repository"], there.repository);
    const archive = { lock, archives: [{ type: "oci-layout", path: workshop.output }] };
    assert.equal((await checked(client, archive))["registry"], undefined);
    const found = await client.invoke("lix:index:getLixImage", { reference: "lix:latest" });
    assert.equal(found["digest"], state.outputs["digest"]);
    const looked = await client.read({ urn: URN, id: "lix:latest", inputs: {}, outputs: {} });
    assert.deepEqual(
      [looked?.outputs["digest"], looked?.id],
      [found["digest"], `${state.id}:latest`],
    );
    assert.equal((await client.import(URN, "lix"))?.inputs?.["registry"], `${host}/acme`);
  }));

test("the netrc file of the configuration logs in to caches, and one that is not there is an error", () =>
  withPlugin(async ({ args, workshop, another }) => {
    const packages = await startCacheServer();
    try {
      await serveWorld(workshop.world, packages);
      const netrc = join(workshop.folder, "netrc");
      const missing = await another({ netrc });
      await assert.rejects(checked(missing, args), /netrc: cannot be read/);
      await writeFile(netrc, `machine 127.0.0.1 login me password s3cret\n`);
      packages.log.length = 0;
      await checked(await another({ netrc }), args);
      const basic = `Basic ${btoa("me:s3cret")}`;
      assert.ok(packages.log.length > 0);
      assert.ok(packages.log.every(({ authorization }) => authorization === basic));
    } finally {
      await packages.close();
    }
  }));

test("offline, no cache by network is asked; what this machine has is enough", () =>
  withPlugin(async ({ args, workshop, another }) => {
    const packages = await startCacheServer();
    try {
      await serveWorld(workshop.world, packages);
      const offline = await another({ offline: "true" });
      await assert.rejects(checked(offline, args), /not asked, because lix:offline is set/);
      assert.deepEqual(packages.log, []);
      const inputs = await checked(await another(), args);
      packages.log.length = 0;
      assert.deepEqual(await checked(await another({ offline: true }), args), inputs);
      assert.deepEqual(packages.log, []);
    } finally {
      await packages.close();
    }
  }));

test("a wrong setting is refused with what is right, and its value is not repeated", () =>
  withPlugin(async ({ another }) => {
    await assert.rejects(another({ offline: "s3cret" }), (error: Error) => {
      assert.match(error.message, /^lix:offline: expected true or false/);
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
    await assert.rejects(
      another({ cacheFolder: 7, cachFolder: "x" }),
      /lix:cachFolder: there is no such setting[^]*the provider has netrc[^]*lix:cacheFolder: expected the path/,
    );
    await another({ version: "1.0.0", pluginDownloadURL: "github://x" });
  }));

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { PlatformChanges, Report } from "../../provider/report/report.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";
import { makeWorld } from "../support/world.ts";
import { BASE_PACKAGES } from "../support/world/base-packages.ts";

async function report(workshop: Workshop, ...argv: string[]): Promise<Report> {
  const { code, stdout, stderr } = await workshop.run("report", ...argv, "--json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Report;
}

const sum = (parts: readonly { readonly size: number }[]): number =>
  parts.reduce((bytes, { size }) => bytes + size, 0);

test("report shows the same image for a plan, a registry and an archive", () =>
  withWorkshop({ world: { systems: ["x86_64-linux", "aarch64-linux"] } }, async (workshop) => {
    const file = await workshop.writeArgs({
      lock: workshop.world.lockFile,
      systems: ["x86_64-linux", "aarch64-linux"],
      extraPkgs: ["jq"],
      maxLayers: 10,
      nixConf: { cores: 4 },
      files: { "/etc/motd": { text: "Hello\n" } },
    });
    const pushed = JSON.parse((await workshop.run("push", file, "--json")).stdout);
    const planned = await report(workshop, file);
    assert.equal(planned.image, pushed.ref);
    assert.deepEqual(Object.keys(planned.platforms), ["linux/amd64", "linux/arm64"]);
    for (const [name, platform] of Object.entries(planned.platforms)) {
      assert.equal(platform.size, pushed.platforms[name].size);
      assert.equal(sum(platform.layers) + platform.documentSize, platform.size);
      for (const layer of platform.layers) assert.equal(sum(layer.parts), layer.size);
      assert.deepEqual(
        platform.packages.find((each) => each.name === "jq")?.version,
        pushed.packages.jq,
      );
    }
    const remote = await report(workshop, pushed.ref);
    const archived = await report(workshop, "--oci", workshop.output);
    // A reader of an image knows only of a package's first output that it is installed.
    for (const read of [remote, archived]) assert.deepEqual(comparable(read), comparable(planned));
  }));

/** Without what only arguments say. */
const comparable = ({ platforms, digest }: Report) => ({
  digest,
  platforms: Object.fromEntries(
    Object.entries(platforms).map(([name, platform]) => [
      name,
      {
        ...platform,
        packages: platform.packages.map((each) => `${each.name} ${each.version}`),
        paths: Object.fromEntries(
          Object.entries(platform.paths).map(([path, { layer, references, unpackedSize }]) => [
            path,
            { layer, references: [...references].sort(), unpackedSize },
          ]),
        ),
      },
    ]),
  ),
});

test("a comparison names the packages that changed, and what is pushed and pulled again", () =>
  withWorkshop({}, async (workshop) => {
    const { folder, world } = workshop;
    const usual = { lock: world.lockFile };
    const before = join(folder, "before.json");
    const common = { registry: `${workshop.registry.host}/acme` };
    await writeFile(before, JSON.stringify({ ...usual, ...common }));
    const { ref, layers } = JSON.parse((await workshop.run("push", before, "--json")).stdout);
    const after = await workshop.writeArgs({ ...usual, extraPkgs: ["tree"] });

    for (const against of [ref, before]) {
      const { platforms } = await report(workshop, after, "--against", against);
      const { changes, layers: now } = platforms["linux/amd64"] ?? {};
      assert.ok(changes !== undefined && now !== undefined);
      const digests = new Set(layers.map((layer: { digest: string }) => layer.digest));
      for (const layer of now) assert.equal(layer.isNew, !digests.has(layer.digest));
      assert.equal(changes.newLayers, now.filter((layer) => layer.isNew).length);
      assert.equal(changes.packages[0]?.name, "tree");
      assert.deepEqual(
        changes.newPaths.filter((path) => path.includes("-tree-")),
        [world.path("tree")],
      );
      // What the registry takes is what was said.
      workshop.registry.log.length = 0;
      if (against === before) {
        const push = JSON.parse((await workshop.run("push", after, "--json")).stdout);
        const uploaded = push.pushed[0].uploaded as { readonly size: number }[];
        assert.equal(uploaded.length, changes.newLayers + 1, "and the config");
        assert.ok(sum(uploaded) < changes.newSize, "and the manifest");
      }
    }
    // The same arguments with another lock, which has the same packages.
    const lock = join(folder, "other.json");
    await writeFile(lock, await readFile(world.lockFile, "utf8"));
    const { platforms, against } = await report(workshop, after, "--against", lock);
    assert.ok(against?.image.endsWith(` with ${lock}`));
    assert.deepEqual(platforms["linux/amd64"]?.changes?.packages, []);
    assert.equal(platforms["linux/amd64"]?.changes?.newSize, 0);

    const text = await workshop.run("report", after, "--against", ref);
    assert.match(text.stdout, /to push and to pull, \d+ of \d+ layers/);
    assert.match(
      text.stdout,
      /^ {2}what changed, in unpacked bytes:\n(?: +[+−][\d.]+ k?B .*\n)* +\+[\d.]+ k?B  tree [\d.]+ \(new\)$/m,
    );
  }));

test("a comparison with a lock says what the other layering would push", () =>
  withWorkshop({}, async (workshop) => {
    const { folder, world } = workshop;
    const lock = await lockAfterUpdate(join(folder, "updated"), "curl");
    const costs = new Map<string, PlatformChanges>();
    for (const layering of ["docker.nix", "closure-risk"] as const) {
      const file = await workshop.writeArgs({ lock, layering, maxLayers: 12 });
      const { platforms } = await report(workshop, file, "--against", world.lockFile);
      const { changes, layers = [] } = platforms["linux/amd64"] ?? {};
      assert.ok(changes?.otherLayering !== undefined);
      costs.set(layering, changes);
      const other = costs.get(changes.otherLayering.layering);
      if (other === undefined) continue;
      assert.equal(other.otherLayering?.newLayers, changes.newLayers);
      assert.equal(other.otherLayering.layers, layers.length);
      // Layers of a few hundred bytes compress differently when paths are put together otherwise.
      assert.ok(Math.abs(other.otherLayering.newSize / changes.newSize - 1) < 0.5);
      const { stdout } = await workshop.run("report", file, "--against", world.lockFile);
      assert.match(
        stdout,
        /^ {2}layering "docker\.nix" would push about [\d.]+ k?B, \d+ of \d+ layers$/m,
      );
    }
    const same = await workshop.writeArgs({ lock });
    const { platforms } = await report(workshop, same, "--against", lock);
    const { newSize, newLayers } = platforms["linux/amd64"]?.changes?.otherLayering ?? {};
    assert.deepEqual({ newSize, newLayers }, { newSize: 0, newLayers: 0 });
    const images = await report(workshop, same, "--against", same);
    assert.equal(images.platforms["linux/amd64"]?.changes?.otherLayering, undefined);
  }));

/** The lock of the usual packages, one of which has another version. */
async function lockAfterUpdate(folder: string, pname: string): Promise<string> {
  const recipes = BASE_PACKAGES.map((each) =>
    each.pname === pname ? { ...each, version: `${each.version}.1` } : each,
  );
  const { lockFile } = await makeWorld(folder, { recipes });
  return lockFile;
}

test("growth beyond maxGrowth fails a report after it is printed, and a push before it", () =>
  withWorkshop({}, async (workshop) => {
    const { folder, world, registry } = workshop;
    const usual = { lock: world.lockFile, registry: `${registry.host}/acme`, tag: "v1" };
    const before = join(folder, "before.json");
    await writeFile(before, JSON.stringify({ ...usual, maxGrowth: 0 }));
    const first = await workshop.run("push", before);
    assert.equal(first.code, 0, `nothing is there to be compared with: ${first.stderr}`);

    const grown = { ...usual, extraPkgs: ["tree"], extraTags: ["v2"] };
    const after = await workshop.writeArgs({
      ...grown,
      tag: "v2",
      extraTags: ["v1"],
      maxGrowth: 9,
    });
    const pushed = await workshop.run("push", after);
    assert.equal(pushed.code, 1);
    assert.match(pushed.stderr, /maxGrowth: linux\/amd64 grows by [\d.]+ k?B, .* at most 9 B/);
    assert.match(pushed.stderr, /^ +\+[\d.]+ k?B  tree [\d.]+ \(new\)(?: \[|$)/m);
    assert.match(pushed.stderr, /^ +−[\d.]+ k?B  earlier layers \(gone\)/m);
    assert.deepEqual([...registry.store.repository("acme/lix").tags.keys()], ["v1"]);

    const compared = await workshop.run("report", after, "--against", before);
    assert.equal(compared.code, 1);
    assert.match(compared.stdout, /to push and to pull/);
    assert.match(compared.stderr, /^ +\+[\d.]+ k?B  tree [\d.]+ \(new\)(?: \[|$)/m);
    assert.match(compared.stderr, /^ +\+[\d.]+ k?B  generated files \(rebuilt\)/m);
    await workshop.writeArgs({ ...grown, maxGrowth: "1GB" });
    assert.equal((await workshop.run("report", after, "--against", before)).code, 0);
    assert.equal((await workshop.run("push", after)).code, 0);
  }));

test("report refuses a wrong command line and a page that cannot be written", () =>
  withWorkshop({}, async (workshop) => {
    const file = await workshop.writeArgs({ lock: workshop.world.lockFile });
    const { lockFile } = workshop.world;
    for (const [argv, says] of [
      [[], /name an image/],
      [["a.example/x", "--against", lockFile], /only ARGS\.json says which image/],
      [[file, "--oci", "x", "--docker-archive", "y"], /exclude each other/],
    ] as const) {
      const { code, stderr } = await workshop.run("report", ...argv);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    }
    const { code, stderr } = await workshop.run("report", file, "--html", "/dev/null/x.html");
    assert.equal(code, 1);
    assert.match(stderr, /cannot write \/dev\/null\/x\.html[^]*\[PAGE_NOT_WRITTEN\]/);
  }));

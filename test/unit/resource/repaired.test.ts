/** The messages of an `up` that repairs drift: what was lost and where, and nothing if there was no loss. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { push } from "../../../provider/pulumi/push.ts";
import { read } from "../../../provider/pulumi/read.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { narrationOf, warningsOf } from "../../support/warnings.ts";
import { withWorkshop } from "../../support/workshop.ts";

interface Mirrored {
  readonly session: ResourceSession;
  /** The first repository, and the mirror: names and registries. */
  readonly names: readonly [string, string];
  readonly registries: readonly [TestRegistry, TestRegistry];
  /** Lines of an `up`. */
  up(args?: PropertyMap): Promise<string[]>;
  refresh(): Promise<void>;
  /** Outputs in state. */
  state(): PropertyMap;
}

async function withMirror(use: (mirrored: Mirrored) => Promise<void>): Promise<void> {
  const elsewhere = await startRegistry();
  const systems = ["x86_64-linux", "aarch64-linux"] as const;
  try {
    await withWorkshop({ world: { systems } }, async ({ world, registry, cache }) => {
      const mirror = `${elsewhere.host}/copies/lix`;
      const session = new ResourceSession(cache);
      let outs: PropertyMap = {};
      await use({
        session,
        names: [`${registry.host}/acme/lix`, mirror],
        registries: [registry, elsewhere],
        up: (args = {}) =>
          narrationOf(async () => {
            const fixed = { lock: world.lockFile, registry: `${registry.host}/acme`, systems };
            const news = { ...fixed, mirrors: [mirror], ...args };
            const { inputs, failures } = await check(session, outs, news);
            assert.deepEqual(failures, []);
            ({ outs } = await push(session, inputs, outs));
          }),
        refresh: async () => {
          outs = (await read(session, "id", outs)).props;
        },
        state: () => outs,
      });
    });
  } finally {
    await elsewhere.close();
  }
}

const repositoryOf = (registry: TestRegistry) => {
  const [repository] = registry.store.repositories.values();
  assert.ok(repository);
  return repository;
};

test("a restored tag is named with its repository; without a loss there is no message", () =>
  withMirror(async ({ names: [first, mirror], registries, up, refresh, state }) => {
    const made = await up();
    assert.doesNotMatch(made.join("\n"), /is back|lost/, "a new image was not lost");
    const { tags, manifests } = repositoryOf(registries[1]);
    const { digest: root } = state();

    tags.delete("latest");
    await refresh();
    const [there, back] = await up();
    assert.match(there ?? "", new RegExp(`^${first}: all \\d+ blobs were there$`));
    assert.match(
      back ?? "",
      new RegExp(`^${mirror}: all \\d+ blobs were there; tag latest is back$`),
    );

    const [other = ""] = [...manifests.keys()].filter((digest) => digest !== root);
    tags.set("latest", other);
    await refresh();
    assert.match(
      (await up())[1] ?? "",
      new RegExp(`tag latest is back \\(it pointed to ${other}\\)$`),
    );

    // No refresh saw this one.
    tags.delete("latest");
    const added = await up({ extraTags: ["stable"] });
    assert.deepEqual(
      added.map((line) => line.replace(/^.*: /, "")),
      ["the image was there", "the image was there; tag latest is back"],
    );
  }));

test("a platform's manifest that is back is named", () =>
  withMirror(async ({ registries, up, refresh, state }) => {
    await up();
    const platforms = Object(state()["platforms"]);
    const { digest } = platforms["linux/arm64"];
    repositoryOf(registries[0]).manifests.delete(digest);
    await refresh();
    assert.match(
      (await up())[0] ?? "",
      new RegExp(`; manifest ${digest} \\(linux/arm64\\) is back$`),
    );
  }));

test("an image that one repository lost was lost there; one that never got there was not", () =>
  withMirror(async ({ names: [first, mirror], registries: [, elsewhere], up, refresh, state }) => {
    const act = { kind: "answer", status: 403 } as const;
    elsewhere.faults.push({ path: /./, times: Infinity, act });
    await up({ mirrorFailure: "warn" });
    elsewhere.faults.length = 0;
    await refresh();
    assert.deepEqual(state()["drift"], [`${mirror}: the image is not there`]);
    assert.doesNotMatch((await up()).join("\n"), /is back|lost/);

    elsewhere.store.repositories.clear();
    await refresh();
    const [kept, lost] = await up();
    assert.match(kept ?? "", new RegExp(`^${first}: all \\d+ blobs were there$`));
    assert.match(lost ?? "", new RegExp(`^${mirror}: .*; the image was lost and is back$`));
  }));

test("a refresh says which repositories lost the image, and the up after it that it is back, once", () =>
  withMirror(async ({ session, names, registries, up, state }) => {
    await up();
    for (const { store } of registries) store.repositories.clear();
    const before = state();
    const warnings = await warningsOf(async () => {
      for (const _ of ["preview", "up"])
        assert.deepEqual(await read(session, "id", before), {
          id: "",
          props: {},
          inputs: {},
        });
    });
    assert.equal(warnings.length, 1);
    assert.ok(warnings[0]?.startsWith(`${names.join(", ")}: the image was lost`), warnings[0]);
    const lines = await up();
    assert.equal(lines.filter((line) => line.endsWith("the image was lost and is back")).length, 2);
    assert.doesNotMatch((await up()).join("\n"), /is back|lost/);
  }));

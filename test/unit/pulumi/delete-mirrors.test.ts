/** What `deleteFromRegistry` removes where an image went to several repositories. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { claim } from "../../../provider/resource/claims.ts";
import { remove, prune } from "../../../provider/pulumi/delete.ts";
import { push } from "../../../provider/pulumi/push.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import type { StoredRepository } from "../../support/registry-store.ts";
import { warningsOf } from "../../support/warnings.ts";
import { withWorkshop } from "../../support/workshop.ts";

interface Pushed {
  /** The two mirrors. */
  readonly registry: TestRegistry;
  readonly mirrors: readonly [string, string];
  readonly repositories: readonly StoredRepository[];
  readonly outs: PropertyMap;
  readonly digest: string;
  /** An update to these arguments, as the engine does it; the new outputs. */
  update(args: PropertyMap): Promise<PropertyMap>;
}

/** In a registry, and in two mirrors in another. */
async function withPushed(use: (pushed: Pushed) => Promise<void>): Promise<void> {
  const registry = await startRegistry();
  try {
    await withWorkshop({}, async (workshop) => {
      const session = new ResourceSession(workshop.cache);
      const mirrors = [`${registry.host}/one/lix`, `${registry.host}/two/lix`] as const;
      const news = {
        lock: workshop.world.lockFile,
        registry: `${workshop.registry.host}/acme`,
        extraTags: ["extra"],
        deleteFromRegistry: true,
        mirrors,
      };
      // Without a check, as in a destroy: what check claims in this process is not removed by it.
      const { outs } = await push(session, news);
      registry.log.length = 0;
      await use({
        registry,
        mirrors,
        repositories: [
          workshop.registry.store.repository("acme/lix"),
          registry.store.repository("one/lix"),
          registry.store.repository("two/lix"),
        ],
        outs,
        digest: String(outs["digest"]),
        update: async (args) => {
          const after = (await push(session, { ...news, ...args }, outs)).outs;
          await prune(session, { olds: outs, news: after });
          return after;
        },
      });
    });
  } finally {
    await registry.close();
  }
}

/** Names of tags, and the number of manifests, of each repository. */
const left = (repositories: readonly StoredRepository[]) =>
  repositories.map(({ tags, manifests }) => [[...tags.keys()].sort(), manifests.size]);

test("a destroy removes manifest and tags from mirrors as well", () =>
  withPushed(async ({ outs, repositories }) => {
    await remove(outs);
    assert.deepEqual(left(repositories), [
      [[], 0],
      [[], 0],
      [[], 0],
    ]);
  }));

test("only what the resource still owns is deleted, in each repository", () =>
  withPushed(async ({ outs, digest, repositories }) => {
    const [, one, two] = repositories;
    one?.tags.set("production", digest);
    const other = `sha256:${"e".repeat(64)}`;
    const manifest = two?.manifests.get(digest);
    assert.ok(manifest);
    two?.manifests.set(other, manifest);
    two?.tags.set("latest", other);
    await remove(outs);
    assert.deepEqual(left(repositories), [
      [[], 0],
      [["production"], 1],
      [["latest"], 1],
    ]);
  }));

test("a mirror that cannot be asked keeps no other from being cleaned, and all such are named", () =>
  withPushed(async ({ registry, mirrors, outs, repositories }) => {
    const act = { kind: "answer", status: 401 } as const;
    registry.faults.push({ path: /./, times: Infinity, act });
    await assert.rejects(remove(outs), (error) => {
      for (const mirror of mirrors) assert.ok(render(error).includes(`${mirror}: `));
      return true;
    });
    assert.deepEqual(left(repositories)[0], [[], 0]);
    assert.equal(registry.count("DELETE"), 0);
    // The resource is still in state, and the next destroy ends it.
    registry.faults.length = 0;
    await remove(outs);
    assert.deepEqual(left(repositories)[2], [[], 0]);
  }));

test("a mirror that forbids deleting gets a warning, and the others are cleaned", () =>
  withPushed(async ({ registry, mirrors, outs, repositories }) => {
    const act = { kind: "answer", status: 405 } as const;
    registry.faults.push({ method: "DELETE", path: /\/one\//, times: Infinity, act });
    const warnings = await warningsOf(() => remove(outs));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", new RegExp(`^${mirrors[0]}: could not remove sha256:.*405`));
    assert.deepEqual(left(repositories), [
      [[], 0],
      [["extra", "latest"], 1],
      [[], 0],
    ]);
  }));

test("what another resource of the same operation claims in a mirror stays there", () =>
  withPushed(async ({ mirrors, outs, digest, repositories }) => {
    const session = new ResourceSession();
    claim(session, [`${mirrors[1]}:latest`], digest);
    await remove(outs, session);
    assert.deepEqual(left(repositories), [
      [[], 0],
      [[], 0],
      [["latest"], 1],
    ]);
  }));

test("a mirror that is no longer named loses what the resource still owns, the others a dropped tag", () =>
  withPushed(async ({ mirrors, repositories, update }) => {
    await update({ mirrors: [mirrors[0]], extraTags: [] });
    assert.deepEqual(left(repositories), [
      [["latest"], 1],
      [["latest"], 1],
      [[], 0],
    ]);
  }));

test("without deleteFromRegistry a mirror no longer named keeps all, and is not even asked", () =>
  withPushed(async ({ registry, repositories, update }) => {
    await update({ mirrors: [], deleteFromRegistry: false });
    assert.deepEqual(left(repositories)[1], [["extra", "latest"], 1]);
    assert.deepEqual(registry.log, []);
  }));

test("a mirror that is dropped because it is down costs a warning, not the update", () =>
  withPushed(async ({ registry, mirrors, update }) => {
    const act = { kind: "answer", status: 403 } as const;
    registry.faults.push({ path: /\/two\//, times: Infinity, act });
    let after: PropertyMap = {};
    const warnings = await warningsOf(async () => {
      after = await update({ mirrors: [mirrors[0]] });
    });
    assert.deepEqual(after["mirrors"], [mirrors[0]]);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      new RegExp(`^${mirrors[1]}: what the program no longer names was not removed: `),
    );
  }));

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { claim } from "../../../provider/resource/claims.ts";
import { remove, prune } from "../../../provider/pulumi/delete.ts";
import { push } from "../../../provider/pulumi/push.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { Reply } from "../../support/registry-reply.ts";
import type { StoredRepository } from "../../support/registry-store.ts";
import { narrationOf, warningsOf } from "../../support/warnings.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

interface Pushed {
  readonly workshop: Workshop;
  readonly outs: PropertyMap;
  readonly digest: string;
  readonly repository: StoredRepository;
}

async function withPushed(
  use: (pushed: Pushed) => Promise<void>,
  args: PropertyMap = {},
): Promise<void> {
  await withWorkshop({}, async (workshop) => {
    const { registry, world, cache } = workshop;
    const session = new ResourceSession(cache);
    const place = { lock: world.lockFile, registry: `${registry.host}/acme` };
    const news = { ...place, extraTags: ["extra"], deleteFromRegistry: true, ...args };
    // Without a check, as in a destroy: what check claims in this process is not removed by it.
    const { outs } = await push(session, news);
    const repository = registry.store.repository("acme/lix");
    registry.log.length = 0;
    await use({ workshop, outs, digest: String(outs["digest"]), repository });
  });
}

test("by default nothing is removed, and the registry is not even asked", async () => {
  await withPushed(
    async ({ workshop, outs }) => {
      await remove(outs);
      assert.deepEqual(workshop.registry.log, []);
    },
    { deleteFromRegistry: false },
  );
});

test("deleteFromRegistry removes manifest and tags", async () => {
  await withPushed(async ({ outs, repository }) => {
    await remove(outs);
    assert.equal(repository.tags.size, 0);
    assert.equal(repository.manifests.size, 0);
    await remove(outs);
  });
});

test("a tag that points elsewhere by now stays, with what it points to", async () => {
  await withPushed(async ({ outs, digest, repository }) => {
    const other = `sha256:${"e".repeat(64)}`;
    const manifest = repository.manifests.get(digest);
    assert.ok(manifest);
    repository.manifests.set(other, manifest);
    repository.tags.set("latest", other);
    await remove(outs);
    assert.deepEqual([...repository.tags], [["latest", other]]);
    assert.ok(repository.manifests.has(other));
  });
});

test("of our tags, beside one of somebody else on our image, only those that were not moved go", async () => {
  await withPushed(async ({ outs, digest, repository }) => {
    const other = `sha256:${"e".repeat(64)}`;
    const manifest = repository.manifests.get(digest);
    assert.ok(manifest);
    repository.manifests.set(other, manifest);
    repository.tags.set("latest", other).set("production", digest);
    await remove(outs);
    assert.deepEqual(Object.fromEntries(repository.tags), { latest: other, production: digest });
    assert.ok(repository.manifests.has(digest));
  });
});

test("a tag that is no longer asked for stays when it was moved", async () => {
  await withPushed(async ({ workshop, outs, digest, repository }) => {
    const after = {
      ...outs,
      extraTags: [],
      taggedRefs: [`${workshop.registry.host}/acme/lix:latest`],
    };
    repository.manifests.set(`sha256:${"e".repeat(64)}`, Object(repository.manifests.get(digest)));
    repository.tags.set("extra", `sha256:${"e".repeat(64)}`);
    await prune(new ResourceSession(), { olds: outs, news: after });
    assert.deepEqual([...repository.tags.keys()].sort(), ["extra", "latest"]);
    repository.tags.set("extra", digest);
    await prune(new ResourceSession(), { olds: outs, news: after });
    assert.deepEqual([...repository.tags.keys()], ["latest"]);
  });
});

test("where someone else's tag names our image, only our tags go", async () => {
  await withPushed(async ({ outs, digest, repository }) => {
    repository.tags.set("production", digest);
    await remove(outs);
    assert.deepEqual([...repository.tags], [["production", digest]]);
    assert.ok(repository.manifests.has(digest));
  });
});

test("a registry that forbids deleting gets a warning that names it, and the resource may go", async () => {
  await withPushed(async ({ workshop, outs, repository }) => {
    const act = { kind: "answer", status: 405 } as const;
    workshop.registry.faults.push({ method: "DELETE", times: 99, act });
    const warnings = await warningsOf(() => remove(outs));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", new RegExp(`${workshop.registry.host}/acme/lix`));
    assert.equal(repository.tags.size, 2);
  });
});

for (const [status, code] of [
  [400, "DIGEST_INVALID"],
  [405, "UNSUPPORTED"],
] as const)
  test(`where a tag cannot be deleted alone (${code}), a warning says which stay`, async () => {
    await withPushed(async ({ workshop, outs, digest, repository }) => {
      const { registry } = workshop;
      repository.tags.set("production", digest);
      const body = JSON.stringify({ errors: [{ code, message: "no" }] });
      registry.faults.push({ method: "DELETE", times: 99, act: { kind: "answer", status, body } });
      assert.deepEqual(await warningsOf(() => remove(outs)), [
        `${registry.host}/acme/lix: this registry cannot delete a tag without its image, so it keeps latest, extra`,
      ]);
      assert.equal(registry.count("DELETE"), 1);
      assert.equal(repository.tags.size, 3);
    });
  });

test("a registry that does not answer loses nothing", async () => {
  await withPushed(async ({ workshop, outs, repository }) => {
    const act = { kind: "answer", status: 401 } as const;
    workshop.registry.faults.push({ times: 99, act });
    await assert.rejects(remove(outs), /denied/);
    assert.equal(repository.tags.size, 2);
    assert.equal(workshop.registry.count("DELETE"), 0);
  });
});

test("what another resource of the same operation claims stays", async () => {
  await withPushed(async ({ outs, digest, repository }) => {
    const session = new ResourceSession();
    claim(session, [String(outs["ref"]).replace(/@.*/, ":extra")], digest);
    await remove(outs, session);
    assert.deepEqual([...repository.tags.keys()], ["extra"]);
    assert.ok(repository.manifests.has(digest));
  });
});

/** An index, or another document, that names it. */
const naming = (digest: string): string => JSON.stringify({ manifests: [{ digest, size: 1 }] });

for (const mediaType of [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
])
  test(`an image stays that a tag of somebody else has in its ${mediaType}`, async () => {
    await withPushed(async ({ workshop, outs, digest, repository }) => {
      const bytes = Buffer.from(naming(digest));
      const index = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      repository.manifests.set(index, { mediaType, bytes });
      repository.tags.set("everywhere", index);
      const lines = await narrationOf(() => remove(outs));
      assert.deepEqual([...repository.tags.keys()], ["everywhere"]);
      assert.ok(repository.manifests.has(digest));
      const name = `${workshop.registry.host}/acme/lix`;
      assert.deepEqual(lines, [
        `${name}: removed latest, extra`,
        `${name}: kept ${digest}: it is in the index of everywhere`,
      ]);
    });
  });

test("nothing is removed where the list of tags lacks one that is there", async () => {
  for (const tags of [[], ["latest"], null])
    await withPushed(async ({ workshop, outs, repository }) => {
      const body = JSON.stringify({ name: "acme/lix", tags });
      const act = { kind: "answer", status: 200, body } as const;
      workshop.registry.faults.push({ path: /tags\/list/, times: 9, act });
      const warnings = await warningsOf(() => remove(outs));
      assert.match(
        warnings.join(),
        /nothing was removed: the registry's list of tags is incomplete/,
      );
      assert.equal(workshop.registry.count("DELETE"), 0);
      assert.equal(repository.tags.size, 2);
    });
});

test("a message names each thing that was removed or kept", async () => {
  await withPushed(async ({ workshop, outs, digest, repository }) => {
    const name = `${workshop.registry.host}/acme/lix`;
    const other = `sha256:${"e".repeat(64)}`;
    repository.manifests.set(other, Object(repository.manifests.get(digest)));
    repository.tags.set("latest", other).set("production", digest).set("stable", digest);
    assert.deepEqual(await narrationOf(() => remove(outs)), [
      `${name}: removed extra`,
      `${name}: kept ${digest}: other tags point to it: production, stable`,
      `${name}: kept latest, which now points to ${other}`,
    ]);
    for (const tag of ["production", "stable"]) repository.tags.delete(tag);
    repository.tags.set("latest", digest);
    assert.deepEqual(await narrationOf(() => remove(outs)), [`${name}: removed latest, ${digest}`]);
    assert.deepEqual(await narrationOf(() => remove(outs)), [
      `${name}: nothing to remove: ${digest} is gone`,
    ]);
  });
});

test("a registry that deletes no manifest with a tag loses the tags first", async () => {
  await withPushed(async ({ workshop, outs, repository }) => {
    workshop.registry.faults.push({
      method: "DELETE",
      path: /manifests\/sha256/,
      times: Infinity,
      act: {
        kind: "instead",
        of: () =>
          repository.tags.size === 0
            ? undefined
            : Reply.error(
                400,
                "GOOGLE_MANIFEST_DANGLING_TAG",
                "Manifest is still referenced by tag",
              ),
      },
    });
    await remove(outs);
    assert.equal(repository.tags.size, 0);
    assert.equal(repository.manifests.size, 0);
  });
});

test("of a list of tags that may be half of it nothing follows, and the user reads so", async () => {
  await withPushed(async ({ workshop, outs, repository }) => {
    const headers = { link: "see the next page in the manual" };
    const body = JSON.stringify({ tags: ["latest"] });
    workshop.registry.faults.push({
      path: /tags\/list/,
      times: Infinity,
      act: { kind: "answer", status: 200, headers, body },
    });
    const [warning = ""] = await warningsOf(() => remove(outs));
    assert.match(warning, /nothing was removed: .*TAG_LIST_INCOMPLETE/s);
    assert.deepEqual([...repository.tags.keys()], ["latest", "extra"]);
  });
});

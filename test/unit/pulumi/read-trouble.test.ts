/** What is no answer is not taken for one: a refresh fails, with words, and the state stays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { read } from "../../../provider/pulumi/read.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { type TestRegistry, withTestRegistry } from "../../support/registry.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const FAST = { requestLimitMs: 400 };

const imageAt = (host: string): PropertyMap => ({
  planKey: "1",
  registry: host,
  ref: `${host}/lix@${DIGEST}`,
  taggedRefs: [`${host}/lix:latest`],
});

const withRegistry = (use: (registry: TestRegistry) => Promise<void>): Promise<void> =>
  withTestRegistry(use, {
    auth: { kind: "bearer", users: { me: "secret" }, anonymousPull: true },
  });

for (const [what, path] of [
  ["registry", /manifests/],
  ["token service", /^\/token/],
] as const)
  test(`a ${what} that takes requests and answers none is given up after a while, by name`, async () => {
    await withRegistry(async ({ host, faults }) => {
      // Later it says 404 to all, which would be a resource that is gone.
      faults.push({ path, times: Infinity, act: { kind: "wait", ms: 2_000 } });
      await assert.rejects(read(new ResourceSession(), "lix", imageAt(host), FAST), (error) => {
        const text = render(error);
        assert.ok(text.startsWith(`${host}/lix: reading manifest`), text);
        assert.match(text, /no answer within 0\.4 s \[HTTP_UNREACHABLE\]/);
        assert.match(text, /did not answer in time: check the network, a proxy or a firewall/);
        return true;
      });
    });
  });

test("a registry that limits requests for longer than a refresh waits is an error at once", async () => {
  await withRegistry(async ({ host, faults }) => {
    const headers = { "retry-after": "60" };
    faults.push({ times: Infinity, act: { kind: "answer", status: 429, headers } });
    await assert.rejects(
      read(new ResourceSession(), "lix", imageAt(host), FAST),
      /not available: HTTP status 429/,
    );
  });
});

test("half an answer is none", async () => {
  await withRegistry(async ({ host, faults }) => {
    // Without a digest in the head the body decides, and it stops half-way.
    const head = { kind: "answer", status: 200 } as const;
    faults.push({ method: "HEAD", path: /manifests/, times: Infinity, act: head });
    const headers = { "content-length": "1000" };
    const act = { kind: "answer", status: 200, headers, body: '{"schemaVersion":2,' } as const;
    faults.push({ method: "GET", path: /manifests/, times: Infinity, act });
    await assert.rejects(read(new ResourceSession(), "lix", imageAt(host), FAST), (error) => {
      assert.match(render(error), /lix: reading manifest .*no more of the answer within 0\.4 s/);
      return true;
    });
  });
});

test("an error about a registry whose name does not resolve says the name", async () => {
  await assert.rejects(
    read(new ResourceSession(), "lix", imageAt("registry.invalid"), FAST),
    (error) => {
      assert.match(render(error), /registry\.invalid\/lix: reading manifest/);
      assert.match(render(error), /registry\.invalid has no address|did not answer in time/);
      return true;
    },
  );
});

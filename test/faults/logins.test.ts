/** A push at registries of the field that ask for a token, each with its own way to give one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { registryDestination } from "../../provider/destination/registry.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import type { Fault } from "../support/http-faults.ts";
import { startRegistry } from "../support/registry.ts";
import type { Reply } from "../support/registry-reply.ts";
import { sampleImage } from "../support/sample-image.ts";
import { json, REPOSITORY } from "./server-parts.ts";

const IMAGE = sampleImage("a layer", "another");
const token = (change: (value: string) => Reply): Fault => ({
  path: /^\/token/,
  times: Infinity,
  act: {
    kind: "change",
    change: (reply) => change((JSON.parse(String(reply.body)) as { token: string }).token),
  },
});

/** The token service's answer. Docker Hub's is on a host of its own. */
const SERVERS: readonly (readonly [string, Fault, "apart"?])[] = [
  // gitlab-org/gitlab app/controllers/jwt_controller.rb
  ["GitLab", token((value) => json(200, { token: value }))],
  ["GHCR", token((value) => json(200, { token: value, access_token: value }))],
  [
    "Docker Hub",
    token((value) => ({
      ...json(200, {
        token: value,
        access_token: value,
        expires_in: 300,
        issued_at: "2026-11-28T07:00:00.123456789Z",
      }),
      headers: { "content-type": "application/json", "ratelimit-limit": "100;w=21600" },
    })),
    "apart",
  ],
];

for (const [name, fault, apart] of SERVERS)
  test(`${name}: one token serves a whole push`, async () => {
    const users = { ci: "secret" };
    const realm = { current: "" };
    const registry = await startRegistry({
      auth: {
        kind: "bearer",
        users,
        get realm() {
          return realm.current || undefined;
        },
      },
    });
    try {
      // Another origin of the same server.
      if (apart) realm.current = `http://localhost:${registry.host.split(":")[1]}/token`;
      registry.faults.push(fault);
      const client = new RegistryClient(
        { host: registry.host, name: REPOSITORY, plainHttp: true },
        {
          credentials: async () => ({
            kind: "basic",
            username: "ci",
            password: "secret",
            source: "the test",
          }),
          environment: {},
          retryDelayMs: 1,
        },
      );
      await registryDestination(client).publish(IMAGE, { tags: ["v1"] });
      assert.equal(registry.store.repository(REPOSITORY).tags.get("v1"), IMAGE.root.digest);
      assert.equal(registry.count("GET", /^\/token/), 1);
    } finally {
      await registry.close();
    }
  });

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSocketServer } from "node:net";
import { test } from "node:test";
import { withWorkshop } from "../support/workshop.ts";

const WITH_PASSWORDS = { auth: { kind: "basic", users: { ann: "right" } } } as const;
const WITH_TOKENS = {
  auth: { kind: "bearer", users: { ann: "right" }, anonymousPull: true },
} as const;

/** As DOCKER_AUTH_CONFIG. */
const login = (host: string, password: string): Readonly<Record<string, string>> => ({
  DOCKER_AUTH_CONFIG: JSON.stringify({
    auths: { [host]: { auth: Buffer.from(`ann:${password}`).toString("base64") } },
  }),
});

test("push says that nothing listens where the registry should be", async () => {
  await withWorkshop({}, async (workshop) => {
    const socket = createSocketServer().listen(0, "127.0.0.1");
    await once(socket, "listening");
    const address = socket.address();
    const host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    socket.close();
    const run = await workshop.push({ registry: host });
    workshop.assertRefused(run, `${host}/lix: `, `nothing listens at http://${host}`);
  });
});

for (const [kind, registry] of [
  ["password", WITH_PASSWORDS],
  ["token", WITH_TOKENS],
] as const) {
  test(`push names the registry that requires a ${kind}, and says where it looks for one`, async () => {
    await withWorkshop({ registry }, async (workshop) => {
      const run = await workshop.push();
      workshop.assertRefused(run, `${workshop.registry.host}/acme/lix: `, "denied: ", /log ?in/);
    });
  });

  test(`push names the registry that refuses a ${kind}, and does not repeat it`, async () => {
    await withWorkshop({ registry }, async (workshop) => {
      const run = await workshop.push({}, login(workshop.registry.host, "not-the-right-one"));
      workshop.assertRefused(run, `${workshop.registry.host}/acme/lix: `, "401");
      assert.doesNotMatch(run.stderr, /not-the-right-one|YW5uOm5vd/);
    });
  });

  test(`push logs in with the right ${kind}`, async () => {
    await withWorkshop({ registry }, async (workshop) => {
      const { code, stderr } = await workshop.push({}, login(workshop.registry.host, "right"));
      assert.equal(code, 0, stderr);
      assert.ok(workshop.registry.store.repositories.get("acme/lix")?.tags.has("latest"));
    });
  });
}

test("push says that it may read the repository but not write it", async () => {
  await withWorkshop({}, async (workshop) => {
    const body = JSON.stringify({ errors: [{ code: "DENIED", message: "acme is read-only" }] });
    const act = { kind: "answer", status: 403, body } as const;
    workshop.registry.faults.push({ method: "POST", times: 99, act });
    const { code, stderr } = await workshop.push();
    assert.equal(code, 1);
    assert.match(stderr, /acme\/lix: .*403 \(DENIED: acme is read-only\)/);
    assert.match(stderr, /hint: /);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.equal(workshop.registry.store.repositories.size, 0);
  });
});

test("push leaves no tag when the registry refuses the manifest", async () => {
  await withWorkshop({}, async (workshop) => {
    const act = { kind: "answer", status: 403 } as const;
    workshop.registry.faults.push({ method: "PUT", path: /manifests/, times: 99, act });
    const { code, stderr } = await workshop.push();
    assert.equal(code, 1, stderr);
    assert.equal(workshop.registry.store.repositories.get("acme/lix")?.tags.size, 0);
    assert.deepEqual(workshop.outputFiles(), []);
  });
});

test("push says that the server is not a registry", async () => {
  await withWorkshop({}, async (workshop) => {
    const server = createServer((_, response) => {
      response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not here</h1>");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const run = await workshop.push({ registry: host });
    server.close();
    workshop.assertRefused(
      run,
      `expected a container registry at http://${host}`,
      "check the host",
    );
  });
});

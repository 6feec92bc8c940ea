/** A registry that has moved: what is written to its old address is redirected to the new one. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";
import { http } from "../../provider/http/request.ts";
import { bodyOf } from "../../provider/http/request-body.ts";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import type { Fault, FaultAct } from "../support/http-faults.ts";
import { listenOnLoopback } from "../support/loopback.ts";
import { blobOf } from "../support/sample-image.ts";
import { overEachRegistry, overOurRegistry, type Row } from "./registries.ts";
import { assertClear, assertPushed, type Stage } from "./stage.ts";

const UPLOADS = /\/blobs\/uploads\//;
const MANIFESTS = /\/manifests\//;

/** Makes us say who we are, with every request from then on. */
const WHO_IS_IT: Fault = {
  act: { kind: "answer", status: 401, headers: { "www-authenticate": 'Basic realm="r"' } },
};

const movedTo = (host: string, status = 307): FaultAct => ({
  kind: "redirect",
  status,
  to: (path) => `http://me:pw@${host}${path}`,
});

/** Lends another origin: a second way to the same registry. */
async function withOther({ upstream }: Stage, use: (other: FaultProxy) => Promise<void>) {
  const other = await startFaultProxy(upstream.host);
  try {
    await use(other);
  } finally {
    await other.close();
  }
}

const moved = (name: string, place: Pick<Fault, "method" | "path">, status: number): Row => ({
  name: `${status} to ${name} leads to another origin, to which no credentials go: the push succeeds`,
  run: (stage) =>
    withOther(stage, async (other) => {
      const act = movedTo(other.host, status);
      stage.fault(WHO_IS_IT, { ...place, times: Infinity, act });
      await stage.push();
      await assertPushed(stage);
      assert.ok(other.log.some(({ method }) => method === (place.method ?? "PUT")));
      assert.deepEqual(new Set(other.log.map((line) => line.authorization)), new Set([""]));
    }),
});

const PLACES = [
  ["everything", {}],
  ["the beginning of an upload", { method: "POST", path: UPLOADS }],
  ["the bytes of a blob", { method: "PUT", path: UPLOADS }],
  ["a manifest", { method: "PUT", path: MANIFESTS }],
] as const;

overOurRegistry(
  "a registry that has moved",
  PLACES.flatMap(([name, place]) =>
    [301, 302, 307, 308].map((status) => moved(name, place, status)),
  ),
);

overEachRegistry("a registry that has moved", [
  moved("everything", {}, 308),
  {
    name: "redirects the rest of an upload that broke: it goes on there",
    run: (stage) =>
      withOther(stage, async (other) => {
        const blob = blobOf(randomBytes(3_000_000));
        const broken: Fault = { method: "PUT", act: { kind: "drop", afterBytes: 2_000_000 } };
        const rest: Fault = { method: "PATCH", act: movedTo(other.host) };
        stage.fault(broken, rest);
        assert.equal(await stage.client().pushBlob(blob), "uploaded");
        assert.ok(await stage.client({ direct: true }).hasBlob(blob.digest));
        const methods = other.log.map(({ method }) => method);
        assert.deepEqual(methods, stage.upstream.keepsBroken ? ["PATCH", "PUT"] : []);
      }),
  },
  {
    name: "redirects a removal: it is done there",
    run: (stage) =>
      withOther(stage, async (other) => {
        stage.fault({ method: "DELETE", act: movedTo(other.host) });
        const client = stage.client();
        const head = await client.headManifest("v1");
        assert.ok(head !== undefined);
        await client.deleteManifest(head.digest).catch(() => {});
        assert.deepEqual(
          other.log.map(({ method }) => method),
          ["DELETE"],
        );
        await stage.push();
      }),
  },
]);

const lasting = (name: string, act: FaultAct, expected: { code: string; text: RegExp }): Row => ({
  name: `${name}: ${expected.code}`,
  run: async (stage) => {
    stage.fault({ method: "PUT", path: MANIFESTS, times: Infinity, act });
    await assertClear(stage, expected);
  },
});

overOurRegistry("a write is not redirected", [
  lasting(
    "in a circle",
    { kind: "redirect", status: 307, to: (path) => path },
    { code: "REDIRECT_REFUSED", text: /too many redirects/ },
  ),
  lasting("to where a cloud hands out keys", movedTo("169.254.169.254"), {
    code: "UNSAFE_ADDRESS",
    text: /the redirect that 127\.0\.0\.1:\d+ names is inside the local network/,
  }),
  lasting(
    "to something that is no web server",
    { kind: "redirect", status: 308, to: () => "ftp://127.0.0.1/" },
    { code: "REDIRECT_REFUSED", text: /ftp:/ },
  ),
]);

test("a body is read again for each address that it is sent to", async () => {
  const got: string[] = [];
  const server = createServer((request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => got.push(`${request.url} ${text}`));
    request.on("end", () =>
      request.url === "/old"
        ? response.writeHead(308, { location: "/new" }).end()
        : response.writeHead(201).end(),
    );
  });
  const { url, close } = await listenOnLoopback(server);
  try {
    const response = await http(`${url}/old`, { method: "PATCH", body: bodyOf("x"), redirects: 1 });
    await response.discard();
    assert.equal(response.status, 201);
    assert.deepEqual(got, ["/old x", "/new x"]);
  } finally {
    await close();
  }
});

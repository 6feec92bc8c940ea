import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { HttpUnreachable } from "../../../provider/http/unreachable.ts";
import type { Blob } from "../../../provider/formats/oci/layer.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { RegistryTimeouts } from "../../../provider/registry/timeouts.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { blobOf, sampleImage } from "../../support/sample-image.ts";

/** Takes connections and requests, and answers none. */
async function withSilence(
  use: (client: RegistryClient, server: Server) => Promise<void>,
): Promise<void> {
  const server = createServer(() => {});
  const { url, close } = await listenOnLoopback(server);
  const address = { host: new URL(url).host, name: "acme/lix", plainHttp: true };
  try {
    const options = { credentials: async () => undefined, retryDelayMs: 0 };
    await use(new RegistryClient(address, options), server);
  } finally {
    await close();
  }
}

const { root } = sampleImage("a layer");
const { responseLimitMs, commitLimitMs } = RegistryTimeouts.of({});
type Asking = (client: RegistryClient) => Promise<unknown>;
const QUESTIONS: readonly (readonly [name: string, tryMs: number, limitS: number, Asking])[] = [
  ["a question for a manifest", responseLimitMs, 110, (client) => client.headManifest("v1")],
  ["a question for a blob", responseLimitMs, 110, (client) => client.hasBlob(root.digest)],
  ["the list of tags", responseLimitMs, 110, (client) => client.listTags()],
  ["the beginning of an upload", responseLimitMs, 110, (client) => client.pushBlob(BLOB)],
  ["a manifest", commitLimitMs, 180, (client) => client.putManifest("v1", root)],
  ["a removal", commitLimitMs, 180, (client) => client.deleteManifest(root.digest)],
];
const BLOB = blobOf(root.bytes);
/** Of five tries together, as long as they get. */
const PAUSES_S = 7.5;

for (const [name, tryMs, limitS, ask] of QUESTIONS)
  test(`${name} that is never answered is given up within ${limitS} s, and the registry named`, (t) =>
    withSilence(async (client, server) => {
      t.mock.timers.enable({ apis: ["setTimeout"] });
      let asking = true;
      let error: unknown;
      const asked = ask(client)
        .catch((thrown: unknown) => void (error = thrown))
        .finally(() => (asking = false));
      let waitedMs = 0;
      await once(server, "request");
      while (asking) {
        // What the server has begun to read is soon sent, and the limit for its answer set.
        for (let turns = 0; turns < 5; turns += 1) await turn();
        t.mock.timers.tick(tryMs);
        waitedMs += tryMs;
        await Promise.race([once(server, "request"), asked]);
      }
      assert.ok(waitedMs / 1000 + (tryMs === responseLimitMs ? PAUSES_S : 0) <= limitS);
      assert.ok(error instanceof HttpUnreachable, String(error));
      assert.match(error.message, /^127\.0\.0\.1:\d+\/acme\/lix: .*: no answer within \d+ s$/);
    }));

test("an upload that the registry stops reading is given up, and says so", async () => {
  const server = createServer((request, response) => {
    if (request.method === "POST") response.writeHead(202, { location: "/upload" }).end();
    if (request.method === "HEAD") response.writeHead(404).end();
  });
  const { url, close } = await listenOnLoopback(server);
  const address = { host: new URL(url).host, name: "acme/lix", plainHttp: true };
  const short = { responseLimitMs: 200, stallLimitMs: 200, requestLimitMs: 500, retryDelayMs: 1 };
  const client = new RegistryClient(address, { credentials: async () => undefined, ...short });
  // More than the buffers in between take.
  const endless: Blob = {
    digest: root.digest,
    size: 2 ** 40,
    open: async function* () {
      for (;;) yield new Uint8Array(256 * 1024);
    },
  };
  try {
    await assert.rejects(
      client.pushBlob(endless),
      /uploading .*: no more of the upload within 0\.2 s$/,
    );
  } finally {
    await close();
  }
});

test("what is not given is as usual, undefined too", () => {
  const usual = RegistryTimeouts.of({});
  assert.deepEqual(RegistryTimeouts.of({ responseLimitMs: undefined }), usual);
  assert.deepEqual(RegistryTimeouts.of({ stallLimitMs: 5 }), { ...usual, stallLimitMs: 5 });
});

/** Answers that are hardly HTTP, to every request that we make: each is over in bounded time. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { askAws } from "../../provider/login/aws/ask-aws.ts";
import { exchangeWebIdentity } from "../../provider/login/aws/sts.ts";
import type { Bytes } from "../../provider/base/bytes.ts";
import { LixImageError } from "../../provider/base/errors.ts";
import { bodyOf } from "../../provider/http/request-body.ts";
import { dockerArchitecture, loadIntoDocker } from "../../provider/destination/docker-engine.ts";
import { ArchivePart } from "../../provider/destination/archive-file.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import { EcrHost, ecrCredentials } from "../../provider/login/ecr.ts";
import { googleCredentials } from "../../provider/login/google.ts";
import { binaryCache } from "../../provider/substituter/binary-cache.ts";
import { httpCacheFiles } from "../../provider/substituter/http-cache.ts";
import { fetchTarball } from "../../provider/substituter/tarball-source.ts";
import { collect } from "../support/collect.ts";
import { repeat, startRawServer, type RawAct, type RawServer } from "../support/raw-server.ts";
import { blobOf } from "../support/sample-image.ts";

const LIMIT_MS = 150;
const PATIENCE = {
  requestLimitMs: 1_000,
  responseLimitMs: LIMIT_MS,
  commitLimitMs: LIMIT_MS,
  stallLimitMs: LIMIT_MS,
  retryDelayMs: 1,
};
const LIMITS = { responseLimitMs: LIMIT_MS, stallLimitMs: LIMIT_MS };
/** Far above what the limits come to, with all tries and on a busy machine. */
const SETTLED_MS = 20_000;

const OK = "HTTP/1.1 200 OK\r\n";
const say =
  (text: string): RawAct =>
  (socket) =>
    void socket.write(text);
const sayAndClose =
  (text: string): RawAct =>
  (socket) =>
    void socket.end(text);
const forever =
  (first: string, more: string): RawAct =>
  (socket) => {
    socket.write(first);
    repeat(socket, more, 10);
  };

interface RawAnswer {
  readonly name: string;
  readonly act: RawAct;
  /** Is over at once, and is not tried again. */
  readonly prompt?: true;
}

const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n";
const ANSWERS: readonly RawAnswer[] = [
  { name: "a switch to another protocol", act: say(SWITCH), prompt: true },
  { name: "a switch that is then silent for ever", act: forever(SWITCH, "x"), prompt: true },
  {
    name: "a switch with 200",
    act: say(`${OK}upgrade: websocket\r\nconnection: upgrade\r\n\r\n`),
  },
  { name: "a 101 that names no protocol", act: say("HTTP/1.1 101 Switching Protocols\r\n\r\n") },
  { name: "endless interim answers", act: forever("", "HTTP/1.1 102 Processing\r\n\r\n") },
  {
    name: "many interim answers at once",
    act: say("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(200)),
    prompt: true,
  },
  { name: "endless 100 Continue", act: forever("", "HTTP/1.1 100 Continue\r\n\r\n") },
  { name: "a 100 Continue and no more", act: say("HTTP/1.1 100 Continue\r\n\r\n") },
  { name: "nothing", act: () => {} },
  { name: "half a status line", act: say("HTTP/1.1 20") },
  { name: "half a status line and the end", act: sayAndClose("HTTP/1.1 20") },
  { name: "half the headers", act: say(`${OK}content-le`) },
  { name: "half the headers and the end", act: sayAndClose(`${OK}content-le`) },
  { name: "headers that trickle", act: forever(OK, "a") },
  { name: "headers that never end", act: forever(OK, `x-y: ${"z".repeat(8_000)}\r\n`) },
  { name: "the end without an answer", act: (socket) => void socket.end() },
  { name: "a broken connection", act: (socket) => void socket.resetAndDestroy() },
  { name: "no HTTP", act: sayAndClose("SSH-2.0-OpenSSH_9.2\r\n"), prompt: true },
  { name: "bytes that are no text", act: sayAndClose("\0\u0001\u0002\r\n\r\n"), prompt: true },
  { name: "a body that does not come", act: say(`${OK}content-length: 10\r\n\r\n`) },
  { name: "a body that trickles", act: forever(`${OK}content-length: 99999\r\n\r\n`, "x") },
  {
    name: "chunks that never end",
    act: forever(`${OK}transfer-encoding: chunked\r\n\r\n`, `2710\r\n${"x".repeat(10_000)}\r\n`),
  },
  {
    name: "chunks that are none",
    act: say(`${OK}transfer-encoding: chunked\r\n\r\nnot a size\r\n`),
  },
  {
    name: "a 204 with a body",
    act: say(`HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello`),
  },
  { name: "a 304 with a body", act: say(`HTTP/1.1 304 Not Modified\r\n\r\nhello`) },
  {
    name: "a body where none belongs, for ever",
    act: forever(`${OK}content-length: 0\r\n\r\n`, "x"),
  },
  { name: "a 401 that does not end", act: forever("HTTP/1.1 401 No\r\n\r\n", "x") },
  { name: "a 500 that does not end", act: forever("HTTP/1.1 500 No\r\n\r\n", "x") },
  { name: "two lengths", act: say(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`) },
];

const BLOB = blobOf(Buffer.alloc(300_000, "x"));
const DIGEST = Digest.of(Buffer.from("a manifest"));
const MANIFEST = { mediaType: "application/json", bytes: Buffer.from("{}") };
const PATH = StorePath.parse("/nix/store/00000000000000000000000000000000-example");

const registry = ({ host }: RawServer): RegistryClient =>
  new RegistryClient(
    { host, name: "acme/lix", plainHttp: true },
    { credentials: async () => undefined, environment: {}, ...PATIENCE },
  );
const cache = ({ url }: RawServer) =>
  httpCacheFiles(new URL(`${url}/`), { retryDelayMs: 1, limits: LIMITS });
const docker = ({ host }: RawServer) => {
  const [name = "", port] = host.split(":");
  return { description: host, address: { host: name, port: Number(port) }, tls: undefined };
};
const IDLE = { idleLimitMs: LIMIT_MS };
const AWS_KEYS = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };

interface Operation {
  readonly name: string;
  readonly run: (server: RawServer) => Promise<unknown>;
  /** Its limits are those of AWS, which no test waits for. */
  readonly promptOnly?: true;
}

const OPERATIONS: readonly Operation[] = [
  { name: "a cache's nix-cache-info", run: (at) => cache(at).text("nix-cache-info") },
  { name: "a narinfo", run: (at) => binaryCache(cache(at)).narInfo(PATH) },
  { name: "a NAR", run: (at) => someOf(cache(at).nar("nar/x.nar")) },
  {
    name: "a tarball of a lock",
    run: ({ url }) =>
      collect(fetchTarball({ url: `${url}/x.tar`, narSize: 1, retryDelayMs: 1, ...LIMITS })),
  },
  { name: "HEAD of a manifest", run: (at) => registry(at).headManifest("v1") },
  { name: "GET of a manifest", run: (at) => registry(at).getManifest("v1") },
  { name: "PUT of a manifest", run: (at) => registry(at).putManifest("v1", MANIFEST) },
  { name: "DELETE of a manifest", run: (at) => registry(at).deleteManifest(DIGEST) },
  { name: "GET of a blob", run: (at) => someOf(registry(at).getBlob(BLOB.digest)) },
  { name: "POST of an upload", run: (at) => registry(at).pushBlob(BLOB) },
  { name: "PATCH and PUT of an upload", run: uploadOnly },
  { name: "a list of tags", run: (at) => registry(at).listTags() },
  { name: "a token", run: tokenOnly },
  {
    name: "a key of the machine at Google",
    run: ({ host }) => googleCredentials({ GCE_METADATA_HOST: host }),
  },
  { name: "docker's version", run: (at) => dockerArchitecture(docker(at), IDLE) },
  {
    name: "a load into docker",
    run: (at) =>
      loadIntoDocker(docker(at), [ArchivePart.ofBytes("x", Buffer.alloc(300_000))], IDLE),
  },
  {
    name: "a password of ECR",
    promptOnly: true,
    run: ({ url }) => {
      const environment = { ...AWS_KEYS, AWS_ENDPOINT_URL_ECR: url };
      const host = EcrHost.parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com", environment);
      assert.ok(host !== undefined);
      return ecrCredentials(host, environment);
    },
  },
  {
    name: "keys of a role at AWS",
    promptOnly: true,
    run: ({ url }) =>
      exchangeWebIdentity(
        {
          // Any file will do for a token.
          tokenFile: import.meta.filename,
          arn: "arn:aws:iam::123456789012:role/x",
          session: undefined,
        },
        { region: "eu-west-1", environment: { AWS_ENDPOINT_URL_STS: url }, source: "a test" },
      ),
  },
  {
    name: "a PUT of AWS",
    promptOnly: true,
    run: ({ url }) => askAws("a test", url, { method: "PUT", body: bodyOf("x") }),
  },
];

/** A reader of a file knows its size, and stops there. */
async function someOf(source: Bytes): Promise<void> {
  let left = 1_000_000;
  for await (const chunk of source) if ((left -= chunk.length) < 0) return;
}

/** A registry that behaves, until the bytes of a blob come, or what is left of them. */
async function uploadOnly(raw: RawServer): Promise<unknown> {
  const location = `location: ${raw.url}/v2/up\r\ncontent-length: 0\r\n\r\n`;
  const front = await startRawServer(say(`HTTP/1.1 202 Accepted\r\n${location}`));
  try {
    return await registry(front).pushBlob(BLOB);
  } finally {
    await front.close();
  }
}

/** A registry that wants a token from elsewhere. */
async function tokenOnly(raw: RawServer): Promise<unknown> {
  const challenge = `www-authenticate: Bearer realm="${raw.url}/token"\r\ncontent-length: 0\r\n\r\n`;
  const front = await startRawServer(say(`HTTP/1.1 401 Who?\r\n${challenge}`));
  try {
    return await registry(front).headManifest("v1");
  } finally {
    await front.close();
  }
}

/** Settles, and an error is one that a user can act on. */
async function assertSettles(work: Promise<unknown>): Promise<void> {
  const clock = new AbortController();
  const outcome = await Promise.race([
    work.then(
      () => "succeeded",
      (error: unknown) => error,
    ),
    sleep(SETTLED_MS, "did not settle", { signal: clock.signal, ref: false }),
  ]);
  clock.abort();
  assert.notEqual(outcome, "did not settle");
  if (outcome === "succeeded") return;
  assert.ok(outcome instanceof LixImageError, String(outcome));
  assert.notEqual(outcome.code, "");
}

describe("what is hardly HTTP", { concurrency: 4 }, () => {
  for (const answer of ANSWERS)
    test(`${answer.name}, as the answer to`, { concurrency: 8 }, async (t) => {
      const operations = OPERATIONS.filter(({ promptOnly }) => answer.prompt || !promptOnly);
      await Promise.all(
        operations.map(({ name, run }) =>
          t.test(name, async () => {
            const raw = await startRawServer(answer.act);
            try {
              await assertSettles(run(raw));
            } finally {
              await raw.close();
            }
          }),
        ),
      );
    });
});

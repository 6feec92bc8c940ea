import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { packParts } from "../../../provider/destination/archive-file.ts";
import { dockerArchive } from "../../../provider/destination/docker-archive.ts";
import { findDocker } from "../../../provider/destination/docker-context.ts";
import { dockerArchitecture, loadIntoDocker } from "../../../provider/destination/docker-engine.ts";
import { makeCertificates, needsOpenssl, serverTls } from "../../support/certificates.ts";
import { startDockerDaemon, type DockerDaemonOptions } from "../../support/docker-daemon.ts";
import { sampleImage } from "../../support/sample-image.ts";

const IMAGE = sampleImage("one layer", "another layer".repeat(50_000));
const TAGS = ["acme/lix:v1", "acme/lix:latest"];

async function withDaemon(
  options: DockerDaemonOptions,
  use: (daemon: Awaited<ReturnType<typeof startDockerDaemon>>) => Promise<void>,
): Promise<void> {
  const daemon = await startDockerDaemon(options);
  await use(daemon).finally(() => daemon.close());
}

test("the image goes to the daemon's socket as one docker archive", () =>
  withTempDir(async (folder) => {
    const path = join(folder, "docker.sock");
    await withDaemon({ listen: { path } }, async ({ requests }) => {
      const endpoint = await findDocker({ DOCKER_HOST: `unix://${path}`, HOME: folder });
      const archive = await dockerArchive(IMAGE, TAGS);
      const said = await loadIntoDocker(endpoint, archive);
      assert.deepEqual(said, ["Loaded image: acme/lix:v1", "Loaded image: acme/lix:latest"]);
      const [request, ...more] = requests;
      assert.deepEqual(more, []);
      assert.equal(request?.method, "POST");
      assert.equal(request.url, "/images/load?quiet=1");
      assert.deepEqual(request.headers, {
        host: "docker",
        "content-type": "application/x-tar",
        "content-length": String(request.body.length),
        connection: "keep-alive",
      });
      const bytes = await Bytes.collect(packParts(archive));
      assert.ok(request.body.equals(bytes), "the archive, byte for byte");
    });
  }));

test("shows why the daemon refuses an image, whatever the status", async () => {
  const endpointOf = (port: number) => findDocker({ DOCKER_HOST: `tcp://127.0.0.1:${port}` });
  const cases = [
    { status: 500, body: '{"message":"no space left on device"}\n', says: /no space left/ },
    { status: 200, body: '{"stream":"…"}\n{"error":"bad layer"}\n', says: /bad layer/ },
    { status: 200, body: '{"errorDetail":{"message":"bad tar"}}\n', says: /bad tar/ },
    { status: 404, body: "page not found", says: /status 404/ },
    { status: 200, body: "", says: /incomplete: ""/ },
    { status: 200, body: '{"stream":"Loading layer"}\n', says: /incomplete/ },
    { status: 200, body: '{"stream":"Loaded image: a:b"}\n{"errorDe', says: /incomplete/ },
  ];
  const archive = await dockerArchive(IMAGE, TAGS);
  for (const { says, ...answer } of cases)
    await withDaemon({ answer }, async ({ port }) => {
      const loading = loadIntoDocker(await endpointOf(port), archive);
      await assert.rejects(loading, { code: "DOCKER_REFUSED", message: says });
    });
});

test("an answer that breaks off is a failure, whatever it said by then", () =>
  withDaemon(
    { answer: { status: 200, body: '{"stream":"Loaded image: a:b\\n"}\r\n', cut: true } },
    async ({ port }) => {
      const endpoint = await findDocker({ DOCKER_HOST: `tcp://127.0.0.1:${port}` });
      const loading = loadIntoDocker(endpoint, await dockerArchive(IMAGE, TAGS));
      await assert.rejects(loading, { code: "DOCKER_UNREACHABLE" });
    },
  ));

test("a daemon says what machine it is on", async () => {
  for (const architecture of ["amd64", "arm64"])
    await withDaemon({ architecture }, async ({ port }) => {
      const endpoint = await findDocker({ DOCKER_HOST: `tcp://127.0.0.1:${port}` });
      assert.equal(await dockerArchitecture(endpoint), architecture);
    });
  const nowhere = await findDocker({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
  await assert.rejects(dockerArchitecture(nowhere), { code: "DOCKER_UNREACHABLE" });
});

test("a daemon that is nowhere is named", async () => {
  const endpoint = await findDocker({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
  await assert.rejects(loadIntoDocker(endpoint, await dockerArchive(IMAGE, TAGS)), {
    code: "DOCKER_UNREACHABLE",
    message: /unix:\/\/\/nowhere\/docker\.sock/,
  });
});

test("a layer that turns out damaged is the reason, not the broken request", () =>
  withDaemon({}, async ({ port, requests }) => {
    const [head, ...rest] = await dockerArchive(IMAGE, TAGS);
    assert.ok(head);
    const trouble = new Error("the cache went away");
    const broken = {
      path: "layer.tar",
      size: 10,
      async *open() {
        yield Bytes.fromText("a");
        throw trouble;
      },
    };
    const endpoint = await findDocker({ DOCKER_HOST: `tcp://127.0.0.1:${port}` });
    await assert.rejects(loadIntoDocker(endpoint, [head, ...rest, broken]), trouble);
    assert.deepEqual(requests, []);
  }));

test("DOCKER_HOST goes before DOCKER_CONTEXT, and that before config.json", () =>
  withTempDir(async (folder) => {
    const endpointOf = async (env: Record<string, string> = {}): Promise<string> =>
      (await findDocker({ HOME: folder, ...env })).description;
    assert.match(await endpointOf(), /^(unix|npipe):/);
    await writeContext(folder, "one", { Host: "tcp://one.example:2375" });
    await writeContext(folder, "two", { Host: "unix:///run/two.sock" });
    await writeFile(join(folder, ".docker/config.json"), '{ "currentContext": "one" }');
    assert.equal(await endpointOf(), "tcp://one.example:2375");
    const named = { DOCKER_CONTEXT: "two" };
    assert.equal(await endpointOf(named), "unix:///run/two.sock");
    assert.match(await endpointOf({ DOCKER_CONTEXT: "default" }), /^(unix|npipe):/);
    assert.equal(await endpointOf({ ...named, DOCKER_HOST: "tcp://[::1]" }), "tcp://[::1]");
    const { address } = await findDocker({ DOCKER_HOST: "tcp://[::1]", HOME: folder });
    assert.deepEqual(address, { host: "::1", port: 2375 });
    await assert.rejects(endpointOf({ DOCKER_CONTEXT: "three" }), { code: "NO_DOCKER_CONTEXT" });
    await assert.rejects(endpointOf({ DOCKER_HOST: "ssh://box" }), {
      code: "UNSUPPORTED_DOCKER_HOST",
    });
  }));

test(
  "a daemon with TLS gets the certificate of the context or of DOCKER_CERT_PATH",
  { skip: needsOpenssl },
  () =>
    withTempDir(async (folder) => {
      const keys = join(folder, ".docker/contexts/tls", idOf("safe"), "docker");
      await mkdir(keys, { recursive: true });
      const made = makeCertificates(folder);
      await copyFile(made.ca, join(keys, "ca.pem"));
      await copyFile(made.client.cert, join(keys, "cert.pem"));
      await copyFile(made.client.key, join(keys, "key.pem"));
      const tls = serverTls(made, true);
      await withDaemon({ tls }, async ({ port, requests }) => {
        const host = `tcp://127.0.0.1:${port}`;
        await writeContext(folder, "safe", { Host: host });
        const archive = await dockerArchive(IMAGE, TAGS);
        for (const environment of [
          { HOME: folder, DOCKER_CONTEXT: "safe" },
          { HOME: folder, DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: keys },
        ])
          assert.equal((await loadIntoDocker(await findDocker(environment), archive)).length, 2);
        assert.equal(requests.length, 2);
        const unknown = await findDocker({
          HOME: folder,
          DOCKER_HOST: host,
          DOCKER_TLS_VERIFY: "1",
        });
        await assert.rejects(loadIntoDocker(unknown, archive), { code: "DOCKER_UNREACHABLE" });
      });
    }),
);

const idOf = (name: string): string => createHash("sha256").update(name).digest("hex");

async function writeContext(home: string, name: string, docker: object): Promise<void> {
  const folder = join(home, ".docker/contexts/meta", idOf(name));
  await mkdir(folder, { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker } };
  await writeFile(join(folder, "meta.json"), JSON.stringify(meta));
}

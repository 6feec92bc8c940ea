/**
 * Every text of others that can come to the screen, made of what terminals obey and of line breaks with a line
 * that looks like ours behind them: none arrives raw, on stdout, on stderr or in what the engine shows.
 */
import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { check, create, read } from "../../provider/pulumi/lifecycle.ts";
import { ociLayoutDestination } from "../../provider/destination/oci-layout.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { MediaType } from "../../provider/formats/oci/media-type.ts";
import { assertPrintable, HOSTILE, HOSTILE_LINE } from "../support/hostile-text.ts";
import { startReplyServer, type Reply } from "../support/reply-server.ts";
import { blobOf, manifestOf } from "../support/sample-image.ts";
import { tarOf, tarPart } from "../support/tar.ts";
import { narInfoFile } from "../support/world/binary-cache.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

interface Asked {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}
type Source = (workshop: Workshop) => Promise<Asked>;

const ERRORS = JSON.stringify({
  errors: [{ code: HOSTILE, message: HOSTILE, detail: { [HOSTILE]: HOSTILE } }],
});

/** A server that answers all that is asked below /v2/ so. */
async function hostileServer(reply: Reply): Promise<string> {
  const server = await startReplyServer();
  for (const path of ["/v2/", "/v2/acme/lix/manifests/latest"]) server.replies.set(path, reply);
  servers.push(server);
  return server.url.slice("http://".length);
}
const servers: { close(): Promise<void> }[] = [];

/** A layout with one image, whose documents are all hostile where the specification has free text. */
async function hostileLayout({ folder }: Workshop, more: object = {}): Promise<string> {
  const layer = blobOf(gzipSync("x"));
  const config = blobOf(
    Buffer.from(
      JSON.stringify({
        architecture: HOSTILE,
        os: HOSTILE,
        config: { Labels: { [HOSTILE]: HOSTILE, plain: HOSTILE } },
        rootfs: { type: "layers", diff_ids: [Digest.of(Buffer.from("x"))] },
        ...more,
      }),
    ),
  );
  const root = manifestOf(MediaType.manifest, {
    config: { mediaType: HOSTILE, digest: config.digest, size: config.size },
    layers: [{ mediaType: HOSTILE, digest: layer.digest, size: layer.size }],
    annotations: { [HOSTILE]: HOSTILE },
  });
  const path = join(folder, "hostile");
  const tags = [HOSTILE, `other ${HOSTILE}`];
  await ociLayoutDestination(path).publish(
    { blobs: [config, layer], children: [], root },
    { tags },
  );
  return path;
}

const dockerArchive = async ({ folder }: Workshop, manifest: unknown): Promise<string> => {
  const file = join(folder, "image.tar");
  const contents = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  await writeFile(file, tarOf({ name: "manifest.json", contents }));
  return file;
};

const lockWith = async (workshop: Workshop, change: (text: string) => string): Promise<Asked> => {
  const { lockFile } = workshop.world;
  await writeFile(lockFile, change(await readFile(lockFile, "utf8")));
  return { argv: ["plan", await workshop.writeArgs({})] };
};
const quoted = JSON.stringify(HOSTILE).slice(1, -1);

const SOURCES: Readonly<Record<string, Source>> = {
  "labels, names, platforms and media types of an image": async (workshop) => ({
    argv: ["inspect", "--oci", await hostileLayout(workshop)],
  }),
  "the same as JSON": async (workshop) => ({
    argv: ["inspect", "--oci", await hostileLayout(workshop), "--json"],
  }),
  "the tags of a layout": async (workshop) => ({
    argv: ["inspect", "nothing", "--oci", await hostileLayout(workshop)],
  }),
  "a config of the wrong kind": async (workshop) => ({
    argv: ["inspect", "--oci", await hostileLayout(workshop, { os: 3, rootfs: { type: HOSTILE } })],
  }),
  "the differences that verify finds": async (workshop) => ({
    argv: ["verify", await workshop.writeArgs({}), "--oci", await hostileLayout(workshop)],
  }),
  "the names in a docker archive": async (workshop) => ({
    argv: [
      ...["inspect", "nothing", "--docker-archive"],
      await dockerArchive(workshop, [{ Config: HOSTILE, RepoTags: [HOSTILE], Layers: [HOSTILE] }]),
    ],
  }),
  "the config that a docker archive lacks": async (workshop) => ({
    argv: [
      ...["inspect", "--docker-archive"],
      await dockerArchive(workshop, [{ Config: HOSTILE, RepoTags: [], Layers: [] }]),
    ],
  }),
  "a manifest.json that is none": async (workshop) => ({
    argv: ["inspect", "--docker-archive", await dockerArchive(workshop, HOSTILE)],
  }),
  "file names in a tar": async ({ folder }) => {
    const file = join(folder, "image.tar");
    const name = Buffer.from(HOSTILE_LINE.slice(0, 20)).toString("latin1").slice(0, 90);
    await writeFile(file, Buffer.concat([tarPart({ name }), tarOf({ name })]));
    return { argv: ["inspect", "--docker-archive", file] };
  },
  "the name of a file on the command line": async ({ folder }) => ({
    argv: ["plan", join(folder, HOSTILE.replaceAll("\0", ""))],
  }),
  "a command, and an option": () => Promise.resolve({ argv: [HOSTILE_LINE, `--${HOSTILE_LINE}`] }),
  "arguments that are not JSON": async (workshop) => ({
    argv: ["plan", await workshop.writeArgs(HOSTILE)],
  }),
  "unknown arguments and wrong values": async (workshop) => ({
    argv: ["plan", await workshop.writeArgs({ [HOSTILE]: 1, name: HOSTILE, extraPkgs: [HOSTILE] })],
  }),
  "a lock that is not JSON": (workshop) => lockWith(workshop, (lock) => HOSTILE + lock),
  "unknown keys in a lock": (workshop) =>
    lockWith(workshop, (lock) => lock.replace("{", `{"${quoted}":1,`)),
  "URLs and keys in a lock": (workshop) =>
    lockWith(workshop, (lock) =>
      lock
        .replace('"./cache"', `"https://${quoted}/"`)
        .replace(/("trustedPublicKeys": \[\s*)"/, `$1"${quoted}`),
    ),
  "versions of packages in a lock": (workshop) =>
    lockWith(workshop, (lock) => lock.replaceAll(/"version": "/g, `"version": "${quoted}`)),
  "signatures in a lock": (workshop) =>
    lockWith(workshop, (lock) => lock.replaceAll(/("signatures": \[\s*)"[^:]*/g, `$1"${quoted}`)),
  "a nix-cache-info": async (workshop) => {
    await writeFile(join(workshop.world.cacheFolder, "nix-cache-info"), `StoreDir: ${HOSTILE}\n`);
    return { argv: ["plan", await workshop.writeArgs({})] };
  },
  narinfos: async (workshop) => {
    for (const path of workshop.world.narInfos.keys())
      await writeFile(
        narInfoFile(workshop.world.cacheFolder, path),
        `StorePath: ${HOSTILE}\nURL: ${HOSTILE}`,
      );
    return { argv: ["plan", await workshop.writeArgs({})] };
  },
  NARs: async (workshop) => {
    const nars = join(workshop.world.cacheFolder, "nar");
    for (const name of await readdir(nars)) await writeFile(join(nars, name), HOSTILE);
    return { argv: ["plan", await workshop.writeArgs({})] };
  },
  "errors of a registry": async (workshop) => {
    const registry = await hostileServer({ status: 400, body: ERRORS });
    return { argv: ["push", await workshop.writeArgs({ registry: `${registry}/acme` })] };
  },
  "a refusal of a registry": async () => ({
    argv: ["inspect", `${await hostileServer({ status: 403, body: ERRORS })}/acme/lix`],
  }),
  "a manifest of a registry": async () => {
    const headers = { "content-type": MediaType.manifest };
    const body = JSON.stringify({ schemaVersion: 2, mediaType: HOSTILE, config: HOSTILE });
    return { argv: ["inspect", `${await hostileServer({ headers, body })}/acme/lix`] };
  },
  "a challenge, and a redirect, of a registry": async () => {
    const escaped = encodeURIComponent(HOSTILE.slice(0, -1));
    const headers = {
      "www-authenticate": `Bearer realm="x:${escaped}\u0085\u009b31m",service="\u009b31m"`,
      location: `gopher:\u009b31m${escaped}`,
    };
    return { argv: ["inspect", `${await hostileServer({ status: 401, headers })}/acme/lix`] };
  },
  "what a credential helper says": async ({ folder }) => {
    const headers = { "www-authenticate": 'Basic realm="x"' };
    const host = await hostileServer({ status: 401, headers });
    const bin = join(folder, "bin");
    await mkdir(bin);
    const helper = join(bin, "docker-credential-hostile");
    await writeFile(join(bin, "said"), HOSTILE);
    await writeFile(helper, `#!/bin/sh\ncat '${bin}/said'; cat '${bin}/said' >&2; exit 1\n`);
    await chmod(helper, 0o755);
    return {
      argv: ["inspect", `${host}/acme/lix`],
      env: {
        PATH: `${bin}:${process.env["PATH"]}`,
        DOCKER_AUTH_CONFIG: JSON.stringify({ credHelpers: { [host]: "hostile" } }),
      },
    };
  },
};

for (const [what, source] of Object.entries(SOURCES))
  test(`${what}: everything is escaped when it is shown`, () =>
    withWorkshop({}, async (workshop) => {
      try {
        const { argv, env = {} } = await source(workshop);
        const { stdout, stderr } = await workshop.runWith(env, ...argv);
        assertPrintable(stdout, "stdout");
        assertPrintable(stderr, "stderr");
        assert.notEqual(stdout + stderr, "", "something was said");
        assert.doesNotMatch(stderr, /INTERNAL_ERROR/);
        if (argv.includes("--json")) assert.ok(JSON.stringify(JSON.parse(stdout)).includes(quoted));
      } finally {
        for (const server of servers.splice(0)) await server.close();
      }
    }));

test("what the engine shows: checks, failures and reads", async () => {
  const shown: string[] = [];
  const checked = await check({}, { registry: HOSTILE, name: HOSTILE, [HOSTILE]: HOSTILE });
  shown.push(...checked.failures.map(({ reason }) => reason));
  const registry = await hostileServer({ status: 403, body: ERRORS });
  try {
    for (const failing of [
      () => create({ registry: `${registry}/acme`, lock: HOSTILE }),
      () => read(`${registry}/acme/lix:latest`, {}),
      () => read(HOSTILE, {}),
    ])
      await failing().then(
        () => assert.fail("it should have failed"),
        (error: unknown) => {
          assert.ok(error instanceof Error);
          shown.push(error.message, error.stack ?? "", String(error));
        },
      );
  } finally {
    for (const server of servers.splice(0)) await server.close();
  }
  assert.ok(shown.length >= 9, shown.join("\n"));
  for (const each of shown) assertPrintable(each, "the engine's text");
});

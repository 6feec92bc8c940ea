import assert from "node:assert/strict";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { TLSSocket } from "node:tls";
import { render } from "../../../provider/base/errors.ts";
import { http } from "../../../provider/http/request.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { registryDestination } from "../../../provider/destination/registry.ts";
import { certificateFolders, readCertificates } from "../../../provider/registry/certificates.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import {
  makeCertificates,
  needsOpenssl,
  serverTls,
  type TestCertificates,
} from "../../support/certificates.ts";
import { runCli } from "../../support/cli.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { sampleImage } from "../../support/sample-image.ts";

const IMAGE = sampleImage("a layer", "another");
const skip = needsOpenssl;

interface World {
  readonly home: string;
  readonly made: TestCertificates;
  readonly registry: TestRegistry;
  /** What a client of this home calls the registry's folder. */
  readonly folder: string;
  readonly client: RegistryClient;
}

/** A registry that speaks TLS, to clients with a certificate only where `demand` says so. */
async function withTls(demand: boolean, use: (world: World) => Promise<void>): Promise<void> {
  await withTempDir(async (root) => {
    const [home, keys] = [join(root, "home"), join(root, "keys")];
    await mkdir(home);
    await mkdir(keys);
    const made = makeCertificates(keys);
    const auth = { kind: "bearer", users: { me: "pw" } } as const;
    const registry = await startRegistry({ tls: serverTls(made, demand), auth });
    const address = { host: registry.host, name: "acme/lix", plainHttp: false };
    const environment = { HOME: home, DOCKER_AUTH_CONFIG: config(registry.host) };
    const [folder = ""] = certificateFolders(registry.host, environment);
    const client = new RegistryClient(address, { environment });
    try {
      await use({ home, made, registry, folder, client });
    } finally {
      await registry.close();
    }
  });
}

const config = (host: string): string =>
  JSON.stringify({ auths: { [host]: { auth: btoa("me:pw") } } });

/** Puts files into a folder of certs.d. */
async function put(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, file] of Object.entries(files)) await cp(file, join(folder, name));
}

const clientFiles = ({ client }: TestCertificates): Record<string, string> => ({
  "client.cert": client.cert,
  "client.key": client.key,
});

test("pushes to a registry that wants a certificate, with that of certs.d", { skip }, () =>
  withTls(true, async ({ made, registry, folder, client }) => {
    await put(folder, { "ca.crt": made.ca, ...clientFiles(made) });
    await registryDestination(client).publish(IMAGE, { tags: ["v1"] });
    assert.equal((await client.headManifest("v1"))?.digest, IMAGE.root.digest);
    assert.ok(registry.count("GET", /^\/token/) > 0, "the token service was asked over TLS, too");
  }),
);

test("says which certificate the registry wants, and where it was looked for", { skip }, () =>
  withTls(true, async ({ made, folder, client }) => {
    await put(folder, { "ca.crt": made.ca });
    await assert.rejects(client.headManifest("v1"), (error) => {
      const text = render(error);
      assert.match(text, /\[TLS_REFUSED\]/);
      assert.match(text, /wants a client certificate: .*client\.cert and client\.key/);
      assert.ok(text.includes(folder) && text.includes("/etc/docker/certs.d/"));
      return true;
    });
  }),
);

for (const wrong of ["none", "another"])
  test(`names the ways to trust a registry whose CA is not known: ${wrong} is`, { skip }, () =>
    withTls(false, async ({ home, registry, folder, client }) => {
      if (wrong === "another") {
        await mkdir(join(home, "other"));
        await put(folder, { "ca.crt": makeCertificates(join(home, "other")).ca });
      }
      await assert.rejects(client.headManifest("v1"), (error) => {
        const text = render(error);
        assert.match(text, /\[TLS_REFUSED\]/);
        assert.ok(text.includes(`https://${registry.host} is not vouched for`));
        assert.ok(text.includes(`by those in ${folder}`) === (wrong === "another"));
        for (const way of [folder, "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])
          assert.ok(text.includes(way), `${way} is not in ${text}`);
        return true;
      });
    }),
  );

test(
  "shows a registry's certificate to no server that the registry redirects to",
  { skip },
  async (t) =>
    withTls(false, async ({ made, registry, folder, client }) => {
      await put(folder, { "ca.crt": made.ca, ...clientFiles(made) });
      const elsewhere = await storage(t, made);
      const location = `${elsewhere.url}/blob`;
      registry.faults.push({ act: { kind: "answer", status: 307, headers: { location } } });
      // It is by the same CA, and yet another server: not even trusted.
      await assert.rejects(client.headManifest("v1"), { code: "HTTP_UNREACHABLE" });
      const certificates = await readCertificates(`https://${registry.host}`, [folder]);
      await assert.rejects(http(location, { certificates, retry: false }));
      const own = await readCertificates(elsewhere.url, [folder]);
      assert.equal(await (await http(location, { certificates: own })).text(), "client");
    }),
);

/** Says whose certificate it was shown. */
async function storage(t: TestContext, made: TestCertificates): Promise<{ url: string }> {
  const tls = { ...serverTls(made, true), rejectUnauthorized: false };
  const server = createHttps(tls, ({ socket }, response) => {
    const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    response.end(shown?.subject.replace("CN=", "") ?? "nobody");
  });
  const { url, close } = await listenOnLoopback(server);
  t.after(close);
  return { url: url.replace("http:", "https:") };
}

const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

async function withFolders(
  files: Readonly<Record<string, string>>,
  use: (folders: readonly string[]) => Promise<void>,
): Promise<void> {
  await withTempDir(async (root) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text);
    }
    await use(["a", "b", "c"].map((name) => join(root, name)));
  });
}

test("looks where containers/image looks, in its order", () => {
  assert.deepEqual(certificateFolders("r.example:5000", { HOME: "/home/me" }), [
    "/home/me/.config/containers/certs.d/r.example:5000",
    "/etc/containers/certs.d/r.example:5000",
    "/etc/docker/certs.d/r.example:5000",
  ]);
});

test("the first folder that is there is the only one", async () => {
  await withFolders({ "b/ca.crt": PEM, "c/ca.crt": PEM, "c/more.crt": PEM }, async (folders) => {
    const found = await readCertificates("https://r.example", folders);
    assert.equal(found?.ca.length, 1);
    assert.equal(found.source, folders[1]);
  });
  await withFolders({ "b/README": "", "c/ca.crt": PEM }, async (folders) =>
    assert.equal(await readCertificates("https://r.example", folders), undefined),
  );
  await withFolders({}, async (folders) =>
    assert.equal(await readCertificates("https://r.example", folders), undefined),
  );
});

for (const [name, expected] of [
  [
    "a/me.cert",
    /me\.cert has no me\.key in the same folder \(a CA's certificate must end in \.crt\)/,
  ],
  ["a/me.key", /me\.key has no me\.cert in the same folder/],
] as const)
  test(`half a client certificate is an error that names the other half: ${name}`, () =>
    withFolders({ [name]: PEM }, async (folders) => {
      await assert.rejects(readCertificates("https://r.example", folders), (error) => {
        assert.match(render(error), expected);
        assert.match(render(error), /\[CERTIFICATES_UNUSABLE\]/);
        return true;
      });
    }));

test("a link that leads nowhere is passed over, as Red Hat's systems have one", () =>
  withFolders({ "a/ca.crt": PEM }, async (folders) => {
    await symlink("/nowhere/redhat-uep.pem", join(folders[0] ?? "", "redhat-ca.crt"));
    const found = await readCertificates("https://r.example", folders);
    assert.deepEqual(found?.ca, [PEM]);
  }));

test("a key that is none, or another's, is an error without a byte of it", { skip }, () =>
  withTls(true, async ({ home, made, folder, client }) => {
    await mkdir(join(home, "other"));
    const other = makeCertificates(join(home, "other"));
    await writeFile(join(home, "broken.key"), "-----BEGIN PRIVATE KEY-----\nhunter2\n");
    for (const key of [other.client.key, join(home, "broken.key")]) {
      await put(folder, { "ca.crt": made.ca, "client.cert": made.client.cert, "client.key": key });
      const secret = (await readFile(key, "utf8")).split("\n")[1] ?? "";
      const fresh = new RegistryClient(client.repository, { environment: { HOME: home } });
      await assert.rejects(fresh.headManifest("v1"), (error) => {
        assert.match(render(error), /\[CERTIFICATES_UNUSABLE\]/);
        assert.ok(render(error).includes(folder) && !render(error).includes(secret));
        return true;
      });
    }
  }),
);

test(
  "reaches a registry through a proxy's tunnel, whatever says that its CA is trusted",
  { skip },
  () =>
    withTls(true, async ({ home, made, registry, client, folder }) => {
      await put(folder, { "ca.crt": made.ca, ...clientFiles(made) });
      await registryDestination(client).publish(IMAGE, { tags: ["v1"] });
      const asked: (string | undefined)[] = [];
      const port = Number(new URL(`http://${registry.host}`).port);
      const proxy = createHttp().on("connect", ({ url }, socket) => {
        asked.push(url);
        const server = connect(port, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          server.pipe(socket).pipe(server);
        });
        server.on("error", () => socket.destroy());
        socket.on("error", () => server.destroy());
      });
      const { url, close } = await listenOnLoopback(proxy);
      // The name leads nowhere, so this registry is reached through the proxy or not at all.
      const [named = ""] = certificateFolders("cache.invalid", { HOME: home });
      await put(named, clientFiles(made));
      const inspect = (env: Record<string, string>) =>
        runCli(["inspect", "cache.invalid/acme/lix:v1"], {
          cache: join(home, "cache"),
          directory: home,
          env: { HTTPS_PROXY: url, DOCKER_AUTH_CONFIG: config("cache.invalid"), ...env },
        });
      try {
        assert.match((await inspect({})).stderr, /\[TLS_REFUSED\]/);
        const ways = [{ NODE_EXTRA_CA_CERTS: made.ca }, { SSL_CERT_FILE: made.ca }];
        for (const env of ways) assert.ok((await inspect(env)).stdout.includes(IMAGE.root.digest));
        await put(named, { "ca.crt": made.ca });
        assert.ok((await inspect({})).stdout.includes(IMAGE.root.digest));
      } finally {
        await close();
      }
      assert.deepEqual(new Set(asked), new Set(["cache.invalid:443"]));
    }),
);

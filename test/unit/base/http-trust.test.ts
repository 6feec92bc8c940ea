import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { connect, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { ask } from "../../support/ask.ts";
import { findProgram, pathFolders } from "../../support/find-program.ts";

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A throw-away CA, and a server whose certificate for these names is by it. */
async function tlsServer(t: TestContext, folder: string): Promise<{ ca: string; port: number }> {
  const openssl = (...args: readonly string[]): void =>
    void execFileSync("openssl", [...args], { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test CA");
  openssl("req", ...key, "-keyout", "key.pem", "-out", "csr.pem", "-subj", "/CN=server");
  writeFileSync(join(folder, "san"), "subjectAltName=DNS:cache.invalid,IP:127.0.0.1\n");
  openssl(
    ...["x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-days", "1", "-extfile", "san", "-out", "cert.pem"],
  );
  const server = createHttps(
    { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(join(folder, "cert.pem")) },
    (request, response) => response.end(`hello ${request.headers.host}`),
  );
  return { ca: join(folder, "ca.pem"), port: await listen(t, server) };
}

const skip = findProgram("openssl", pathFolders()) === undefined && "not installed: openssl";

for (const variable of ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "NIX_SSL_CERT_FILE"])
  test(`a CA in the file that ${variable} names is believed`, { skip }, async (t) => {
    await withTempDir(async (folder) => {
      const { ca, port } = await tlsServer(t, folder);
      const url = `https://127.0.0.1:${port}/`;
      assert.equal(await ask(url, { [variable]: ca }), `hello 127.0.0.1:${port}`);
    });
  });

test(
  "without it the error names the variables, and a file that is not there changes nothing",
  { skip },
  async (t) => {
    await withTempDir(async (folder) => {
      const { port } = await tlsServer(t, folder);
      for (const env of [{}, { NIX_SSL_CERT_FILE: "/no-cert-file.crt" }]) {
        const said = await ask(`https://127.0.0.1:${port}/`, env);
        assert.match(said, /^HTTP_UNREACHABLE: .*NODE_EXTRA_CA_CERTS or SSL_CERT_FILE/);
      }
    });
  },
);

test("a file of CAs that cannot be read is an error, not a server that is not trusted", async () => {
  await withTempDir(async (folder) => {
    const said = await ask("https://127.0.0.1:1/", { SSL_CERT_FILE: folder });
    assert.match(said, /^CA_FILE_UNREADABLE: .*SSL_CERT_FILE/);
  });
});

test("https goes through a proxy's tunnel, and the CA holds there too", { skip }, async (t) => {
  await withTempDir(async (folder) => {
    const { ca, port } = await tlsServer(t, folder);
    const asked: string[] = [];
    const proxy = createHttp().on("connect", (request, client) => {
      asked.push(`${request.url} ${request.headers["proxy-authorization"]}`);
      const server = connect(port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        server.pipe(client).pipe(server);
      });
      server.on("error", () => client.destroy());
      client.on("error", () => server.destroy());
    });
    const proxyUrl = `http://me:secret@127.0.0.1:${await listen(t, proxy)}`;
    const said = await ask("https://cache.invalid/", { HTTPS_PROXY: proxyUrl, SSL_CERT_FILE: ca });
    assert.equal(said, "hello cache.invalid");
    assert.deepEqual(asked, [`cache.invalid:443 Basic ${btoa("me:secret")}`]);
  });
});

import assert from "node:assert/strict";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { connect, type AddressInfo, type Server } from "node:net";
import { test, type TestContext } from "node:test";
import { HttpUnreachable } from "../../../provider/http/unreachable.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { ask } from "../../support/ask.ts";
import { makeCertificates, needsOpenssl, serverTls } from "../../support/certificates.ts";

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server whose certificate is by a CA of its own. */
async function tlsServer(t: TestContext, folder: string): Promise<{ ca: string; port: number }> {
  const certificates = makeCertificates(folder);
  const server = createHttps(serverTls(certificates), (request, response) =>
    response.end(`hello ${request.headers.host}`),
  );
  return { ca: certificates.ca, port: await listen(t, server) };
}

for (const variable of ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "NIX_SSL_CERT_FILE"])
  test(`a CA in the file that ${variable} names is believed`, { skip: needsOpenssl }, async (t) => {
    await withTempDir(async (folder) => {
      const { ca, port } = await tlsServer(t, folder);
      const url = `https://127.0.0.1:${port}/`;
      assert.equal(await ask(url, { [variable]: ca }), `hello 127.0.0.1:${port}`);
    });
  });

test(
  "without it the error names the variables, and a file that is not there changes nothing",
  { skip: needsOpenssl },
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

test(
  "https goes through a proxy's tunnel, and the CA holds there too",
  { skip: needsOpenssl },
  async (t) => {
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
      const said = await ask("https://cache.invalid/", {
        HTTPS_PROXY: proxyUrl,
        SSL_CERT_FILE: ca,
      });
      assert.equal(said, "hello cache.invalid");
      assert.deepEqual(asked, [`cache.invalid:443 Basic ${btoa("me:secret")}`]);
    });
  },
);

test("a certificate that has had its time is not a matter of trust", () => {
  const cause = Object.assign(new Error("certificate has expired"), { code: "CERT_HAS_EXPIRED" });
  const { hint, distrusts, retryable } = new HttpUnreachable("x", new URL("https://a.b"), cause);
  assert.match(hint ?? "", /the certificate of https:\/\/a\.b is not valid today/);
  assert.deepEqual([distrusts, retryable], [undefined, undefined]);
});

/**
 * Certificates for tests of TLS, made by OpenSSL for the length of a test: a CA that nobody trusts,
 * and by it one for a server on loopback and one for a client.
 * @module
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { ServerOptions } from "node:https";
import { join } from "node:path";
import { findProgram, pathFolders } from "../../examples/start/find-program.ts";

export const needsOpenssl: string | false =
  findProgram("openssl", pathFolders()) === undefined && "not installed: openssl";

/** Files in PEM. */
export interface TestCertificates {
  readonly ca: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
}

interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Into an empty folder. The server's is for 127.0.0.1, localhost and cache.invalid. */
export function makeCertificates(folder: string): TestCertificates {
  const openssl = (...args: readonly string[]): void =>
    void execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout"];
  openssl("req", "-x509", ...newKey, "ca.key", "-out", "ca.crt", "-subj", "/CN=test CA");
  writeFileSync(
    join(folder, "names"),
    "subjectAltName=DNS:cache.invalid,DNS:localhost,IP:127.0.0.1\n",
  );
  const signed = (name: string): KeyPair => {
    openssl("req", ...newKey, `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    openssl(
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.crt", "-CAkey", "ca.key"],
      ...["-CAcreateserial", "-days", "1", "-extfile", "names", "-out", `${name}.cert`],
    );
    return { cert: join(folder, `${name}.cert`), key: join(folder, `${name}.key`) };
  };
  return { ca: join(folder, "ca.crt"), server: signed("server"), client: signed("client") };
}

/** What a server needs to speak TLS; with `demand`, only to clients with a certificate of the CA. */
export function serverTls({ ca, server }: TestCertificates, demand = false): ServerOptions {
  const own = { key: readFileSync(server.key), cert: readFileSync(server.cert) };
  return demand
    ? { ...own, ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true }
    : own;
}

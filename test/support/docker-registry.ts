/** Docker's own registry, the program that is called distribution now, for the length of a test. @module */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import type { TestCertificates } from "./certificates.ts";
import { findPeer } from "./peers.ts";

/** The programs of its versions: Debian's is 2.8, what Go installs is 3. */
export const DISTRIBUTIONS = ["docker-registry", "registry"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

export interface DockerRegistryOptions {
  /** Default: Debian's. */
  readonly program?: Distribution | undefined;
  /** A file as `htpasswd -B` writes it; without it everyone may push. */
  readonly htpasswd?: string | undefined;
  /** With them it speaks TLS, and only to clients with a certificate of their CA. */
  readonly certificates?: TestCertificates | undefined;
}

const START_LIMIT_MS = 20_000;

/** Lends its host, `127.0.0.1:<port>`. */
export async function withDockerRegistry<T>(
  options: DockerRegistryOptions,
  use: (host: string) => Promise<T>,
): Promise<T> {
  const { program: name = "docker-registry" } = options;
  const program = findPeer(name);
  if (program === undefined) throw new Error(`${name} is not installed`);
  return await withTempDir(async (folder) => {
    const host = `127.0.0.1:${await freePort()}`;
    const config = join(folder, "config.json");
    await writeFile(config, JSON.stringify(await configOf(host, folder, options)));
    // Version 3 would send traces to a collector.
    const env = { ...process.env, OTEL_TRACES_EXPORTER: "none" };
    const child = spawn(program, ["serve", config], { stdio: "ignore", env });
    const ended = once(child, "exit");
    try {
      await Promise.race([answers(host), ended.then(() => Promise.reject(new Error("it ended")))]);
      return await use(host);
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  });
}

/** JSON is YAML, too. */
async function configOf(
  host: string,
  folder: string,
  { htpasswd, certificates }: DockerRegistryOptions,
): Promise<object> {
  const passwords = join(folder, "htpasswd");
  if (htpasswd !== undefined) await writeFile(passwords, htpasswd);
  const tls = certificates && {
    certificate: certificates.server.cert,
    key: certificates.server.key,
    clientcas: [certificates.ca],
  };
  return {
    version: "0.1",
    log: { level: "error" },
    http: { addr: host, ...(tls && { tls }) },
    storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
    ...(htpasswd && { auth: { htpasswd: { realm: "test", path: passwords } } }),
  };
}

async function answers(host: string): Promise<void> {
  const signal = AbortSignal.timeout(START_LIMIT_MS);
  while (!(await listens(host))) {
    signal.throwIfAborted();
    await sleep(50);
  }
}

async function listens(host: string): Promise<boolean> {
  const { hostname, port } = new URL(`http://${host}`);
  const socket = connect(Number(port), hostname);
  try {
    return await once(socket, "connect").then(
      () => true,
      () => false,
    );
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

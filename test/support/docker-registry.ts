/** Docker's own registry (Debian's docker-registry, distribution 2.8), for the length of a test. @module */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { findPeer } from "./peers.ts";

export interface DockerRegistryOptions {
  /** A file as `htpasswd -B` writes it; without it everyone may push. */
  readonly htpasswd?: string | undefined;
}

const START_LIMIT_MS = 20_000;

/** Lends its host, `127.0.0.1:<port>`. */
export async function withDockerRegistry<T>(
  options: DockerRegistryOptions,
  use: (host: string) => Promise<T>,
): Promise<T> {
  const program = findPeer("docker-registry");
  if (program === undefined) throw new Error("docker-registry is not installed");
  return await withTempDir(async (folder) => {
    const host = `127.0.0.1:${await freePort()}`;
    const config = join(folder, "config.json");
    await writeFile(config, JSON.stringify(await configOf(host, folder, options)));
    const child = spawn(program, ["serve", config], { stdio: "ignore" });
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
  { htpasswd }: DockerRegistryOptions,
): Promise<object> {
  const passwords = join(folder, "htpasswd");
  if (htpasswd !== undefined) await writeFile(passwords, htpasswd);
  return {
    version: "0.1",
    log: { level: "error" },
    http: { addr: host },
    storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
    ...(htpasswd && { auth: { htpasswd: { realm: "test", path: passwords } } }),
  };
}

async function answers(host: string): Promise<void> {
  const signal = AbortSignal.timeout(START_LIMIT_MS);
  while (!(await fetch(`http://${host}/v2/`, { signal }).then(Boolean, () => false))) {
    signal.throwIfAborted();
    await sleep(50);
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

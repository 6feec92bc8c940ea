/** Real daemons that speak Docker's Engine API, each with a storage of its own, for the length of a test. @module */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { findPeer } from "./peers.ts";
import { ownStorage } from "./podman.ts";

export interface DockerService {
  /** DOCKER_HOST. */
  readonly host: string;
  /** What the API answers, as JSON or else as text; fails for any status but 2xx. */
  readonly ask: (method: "GET" | "POST", path: string, body?: object) => Promise<unknown>;
}

export type DockerServiceKind = "dockerd" | "podman";

/** `use` gets undefined where the daemon does not start: what it needs of a machine is much. */
export async function withDockerService(
  kind: DockerServiceKind,
  use: (service: DockerService | undefined) => Promise<void>,
): Promise<void> {
  await withTempDir(async (folder) => {
    const socket = join(folder, "sock");
    const child = await (kind === "podman" ? startPodman : startDockerd)(folder, socket);
    const closed = once(child, "close");
    try {
      await use(
        (await answers(child, socket))
          ? {
              host: `unix://${socket}`,
              ask: (method, path, body) => ask(socket, { method, path, body }),
            }
          : undefined,
      );
    } finally {
      child.kill();
      await closed;
    }
  });
}

function startDockerd(folder: string, socket: string): ChildProcess {
  const places = ["data-root", "exec-root", "pidfile"];
  const own = places.map((name) => `--${name}=${join(folder, name)}`);
  // Neither networks nor overlays: a container has few rights.
  const args = [...own, "--storage-driver=vfs", "--iptables=false", "--bridge=none"];
  const program = findPeer("dockerd") ?? "dockerd";
  return spawn(program, [...args, `--host=unix://${socket}`], { stdio: "ignore" });
}

async function startPodman(folder: string, socket: string): Promise<ChildProcess> {
  const { CONTAINERS_STORAGE_CONF } = await ownStorage(folder, []);
  const args = ["system", "service", "--time=0", `unix://${socket}`];
  const env = { ...process.env, CONTAINERS_STORAGE_CONF };
  return spawn(findPeer("podman") ?? "podman", args, { stdio: "ignore", env });
}

const START_LIMIT_MS = 30_000;

async function answers(child: ChildProcess, socket: string): Promise<boolean> {
  for (const signal = AbortSignal.timeout(START_LIMIT_MS); ; await sleep(100)) {
    if (child.exitCode !== null || signal.aborted) return false;
    const ping = ask(socket, { method: "GET", path: "/_ping" });
    if (await ping.then(Boolean, () => false)) return true;
  }
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly body?: object | undefined;
}

async function ask(socketPath: string, { method, path, body }: Question): Promise<unknown> {
  const headers = { host: "docker", "content-type": "application/json" };
  const asked = request({ socketPath, method, path, headers });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(asked, "response");
  const answer = await text(response);
  if (!(response.statusCode >= 200 && response.statusCode < 300))
    throw new Error(`${method} ${path}: ${response.statusCode} ${answer}`);
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}

/** podman with a storage of its own, of which nothing stays on the machine. @module */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPeer } from "./peers.ts";

/** Limits a process to the storage and to some programs. */
export type PodmanEnvironment = Readonly<Record<"CONTAINERS_STORAGE_CONF" | "PATH", string>>;

export async function ownStorage(
  folder: string,
  programs: readonly string[],
): Promise<PodmanEnvironment> {
  const config = join(folder, "storage.conf");
  const places = `graphroot = "${join(folder, "graph")}"\nrunroot = "${join(folder, "state")}"\n`;
  const driver = (await hasOverlays(folder)) ? "overlay" : "vfs";
  await writeFile(config, `[storage]\ndriver = "${driver}"\n${places}`);
  const bin = join(folder, "bin");
  await mkdir(bin);
  for (const program of programs) {
    const script = `#!/bin/sh\nPATH=/usr/bin:/bin:/usr/sbin:/sbin exec ${findPeer(program)} "$@"\n`;
    await writeFile(join(bin, program), script, { mode: 0o755 });
  }
  return { CONTAINERS_STORAGE_CONF: config, PATH: bin };
}

/**
 * Most containers may not mount overlays. podman's plain storage is slow: it copies for each layer all layers
 * below it, so an image for podman has few layers in these tests.
 */
async function hasOverlays(folder: string): Promise<boolean> {
  const own = await mkdtemp(join(folder, "overlay-"));
  const script = "mkdir a b c d && mount -t overlay overlay -o lowerdir=a,upperdir=b,workdir=c d";
  const mount = promisify(execFile)("unshare", ["--mount", "sh", "-ec", script], { cwd: own });
  return mount.then(
    () => true,
    () => false,
  );
}

/** stdout of `podman …` over that storage. */
export const podman = (env: PodmanEnvironment, ...args: readonly string[]): Promise<string> =>
  run(findPeer("podman") ?? "podman", args, env);

/** What a script says in a container of the image. podman runs as root, in namespaces that end with it. */
export const podmanRun = (
  env: PodmanEnvironment,
  image: string,
  script: string,
  options: readonly string[] = [],
): Promise<string> =>
  podmanScript(env, 'podman run "$@"', [
    ...["--rm", ...FEW_RIGHTS, ...options, image],
    ...["bash", "-c", script],
  ]);

/** What a script of this machine says that calls podman several times. Its containers end with it. */
export const podmanScript = (
  env: PodmanEnvironment,
  script: string,
  args: readonly string[] = [],
): Promise<string> => {
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  return run("unshare", [...namespaces, "sh", "-ec", CGROUPS + script, "sh", ...args], env);
};

// crun refuses cgroups of version 1, and lacks the right to raise limits.
const CGROUPS = `
  test -e /sys/fs/cgroup/cgroup.controllers || mount -t cgroup2 none /sys/fs/cgroup
  podman() { command podman --cgroup-manager=cgroupfs "$@"; }
`;
/** Options of `podman run` and `podman create`. */
export const FEW_RIGHTS = [
  ...["--cgroups=disabled", "--network=none"],
  ...["--ulimit=nofile=1000:1000", "--ulimit=nproc=1000:1000"],
];

async function run(
  program: string,
  args: readonly string[],
  env: PodmanEnvironment,
): Promise<string> {
  const PATH = process.env["PATH"] ?? "";
  const options = { env: { ...process.env, ...env, PATH }, timeout: LIMIT_MS };
  return (await promisify(execFile)(program, [...args], options)).stdout;
}

const LIMIT_MS = 120_000;

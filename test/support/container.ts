/**
 * An image in a container: unpacked by umoci, run by crun. Needs root, but no daemon.
 * @module
 */
import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { needs } from "./peers.ts";

export interface Container {
  /** The root file system on disk, which all runs share. */
  readonly rootfs: string;
  /** Runs a script by the image's own bash, or by its entrypoint, which starts bash. */
  readonly run: (script: string, as?: RunAs) => Promise<Ran>;
}

/** Default: the image's own user and command. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
  /** What is run in place of entrypoint and command, `-c SCRIPT` behind it. */
  readonly shell?: readonly string[];
  /** It has this machine's network, and so its loopback servers. Default: none. */
  readonly hasNetwork?: true;
  /** Folders of this machine, by where they appear in the container; they are read-only. */
  readonly mounts?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `skip` of a test that starts containers. */
export function needsContainer(): string | false {
  const missing = needs("skopeo", "umoci", "crun");
  if (missing !== false) return missing;
  if (process.getuid?.() !== 0) return "only root starts containers here";
  return spawnSync("unshare", [...UNSHARE, "true"]).status !== 0 && "root may not make namespaces";
}

/** Lends a container of the image that an OCI layout calls `latest`. */
export function withContainer<T>(
  layout: string,
  use: (container: Container) => Promise<T>,
): Promise<T> {
  return withTempDir(async (folder) => {
    const [copy, bundle] = [join(folder, "copy"), join(folder, "bundle")];
    const run = promisify(execFile);
    // Debian's umoci knows no zstd; layers that are gzip already are only copied.
    const toGzip = ["--dest-compress", "--dest-compress-format=gzip", "--dest-compress-level=1"];
    const images = [`oci:${layout}:latest`, `oci:${copy}:latest`];
    await run("skopeo", ["--insecure-policy", "copy", "--quiet", ...toGzip, ...images]);
    await mkdir(bundle);
    const [rootfs, config] = [join(bundle, "rootfs"), join(bundle, UMOCI_CONFIG)];
    // Raw: without the hash of each file, which a container does not need.
    const image = ["--image", `${copy}:latest`];
    await run("umoci", ["raw", "unpack", ...image, rootfs]);
    await run("umoci", ["raw", "runtime-config", ...image, "--rootfs", rootfs, config]);
    return await use({
      rootfs,
      run: (script, as = {}) => runIn(bundle, script, as),
    });
  });
}

/** Runs a script that must not fail; returns what it prints to stdout. */
export async function succeeds(
  container: Container,
  script: string,
  as: RunAs = {},
): Promise<string> {
  const ran = await container.run(`set -e\n${script}`, as);
  assert.equal(ran.status, 0, `${script}\n${ran.stderr}`);
  return ran.stdout;
}

const UMOCI_CONFIG = "config.umoci.json";

/** Namespaces for crun itself, so that whatever it mounts or starts ends with it. */
const UNSHARE = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

// crun refuses cgroups of version 1, and lacks the right to set limits.
const CRUN = `
  test -e /sys/fs/cgroup/cgroup.controllers || mount -t cgroup2 none /sys/fs/cgroup
  exec crun --cgroup-manager=disabled --root "$1/run" run --bundle "$1" lix-image
`;
const LIMIT_MS = 120_000;

async function runIn(bundle: string, script: string, as: RunAs): Promise<Ran> {
  await writeRuntimeConfig(bundle, script, as);
  const child = spawn("unshare", [...UNSHARE, "sh", "-ec", CRUN, "sh", bundle], {
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.timeout(LIMIT_MS),
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { status: child.exitCode, stdout, stderr };
}

/** umoci's configuration, changed where Docker does otherwise. */
async function writeRuntimeConfig(bundle: string, script: string, as: RunAs): Promise<void> {
  const config = JSON.parse(await readFile(join(bundle, UMOCI_CONFIG), "utf8")) as RuntimeConfig;
  const { process, linux } = config;
  const changed: RuntimeConfig = {
    ...config,
    process: {
      ...process,
      terminal: false,
      args: [...(as.shell ?? process.args.slice(0, 1)), "-c", script],
      user: { ...process.user, uid: as.uid ?? process.user.uid, gid: as.gid ?? process.user.gid },
      // A user other than root does not keep them, as in Docker.
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
    },
    linux: {
      ...linux,
      namespaces: linux.namespaces.filter(
        ({ type }) => !(type === "network" && as.hasNetwork === true),
      ),
    },
    mounts: [
      ...config.mounts.filter((mount) => mount.type !== "cgroup"),
      ...Object.entries(as.mounts ?? {}).map(([destination, source]) => ({
        ...{ type: "bind", destination, source },
        options: ["bind", "ro"],
      })),
    ],
  };
  await writeFile(join(bundle, "config.json"), JSON.stringify(changed));
}

/** @see https://github.com/opencontainers/runtime-spec/blob/main/config.md */
interface RuntimeConfig {
  readonly process: {
    readonly args: readonly string[];
    readonly user: { readonly uid: number; readonly gid: number };
    readonly terminal: boolean;
    readonly capabilities: Readonly<Record<string, readonly string[]>>;
  };
  readonly linux: { readonly namespaces: readonly { readonly type: string }[] };
  readonly mounts: readonly { readonly type: string }[];
}

// Docker's default. umoci's lacks CAP_CHOWN, and Nix gives its store to the group of the builders.
const CAPABILITIES = [
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"],
  ...["NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
].map((name) => `CAP_${name}`);

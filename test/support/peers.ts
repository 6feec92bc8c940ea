/**
 * Programs that some tests use when they are installed, and that say what other tools make of our work.
 * @module
 */
import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findEngine } from "../../examples/start/find-engine.ts";
import { findProgram, pathFolders } from "../../examples/start/find-program.ts";

export interface Peer {
  readonly name: string;
  /** What is not tested without it. */
  readonly proves: string;
  /** Who has it; `.ci/run` installs Debian's, and Go's and PyPI's where it can. */
  readonly from: "Debian" | "Docker" | "Go" | "Pulumi" | "PyPI";
  readonly find: () => string | undefined;
}

const debian = (name: string, proves: string): Peer => ({
  name,
  proves,
  from: "Debian",
  // Debian keeps servers in sbin too, which a user's PATH may lack.
  find: () => findProgram(name, [...pathFolders(), "/usr/sbin", "/sbin"]),
});

const go = (name: string, proves: string): Peer => ({
  name,
  proves,
  from: "Go",
  find: () => findProgram(name, pathFolders()),
});

/** One of version 2.9 or newer, which has `configure export-credentials`. */
function findAwsCli(): string | undefined {
  return [...pathFolders(), "/usr/bin"]
    .map((folder) => join(folder, "aws"))
    .find((file) => {
      try {
        const said = execFileSync(file, ["--version"], { encoding: "utf8" });
        const [, minor = 0] = /^aws-cli\/2\.(\d+)/.exec(said) ?? [];
        return Number(minor) >= 9;
      } catch {
        return false;
      }
    });
}

export const PEERS: readonly Peer[] = [
  debian("nix-store", "that real Nix accepts store paths, signatures and the store database"),
  debian("skopeo", "that images can be inspected and copied by another client"),
  debian("docker-registry", "the push to a registry that is not ours: distribution 2.8"),
  debian("umoci", "that layers unpack"),
  debian("crun", "that the image runs"),
  debian("podman", "that a container engine loads the image"),
  debian("xz", "NARs compressed by another xz"),
  debian("zstd", "NARs compressed by another zstd"),
  debian("jq", "that the documents of an image can be checked without us"),
  debian("sqlite3", "that another SQLite reads the store database"),
  debian("chromium", "that a browser shows the page of `lix-image report`"),
  {
    ...debian("aws", "that profiles of AWS get their keys from its command line"),
    find: findAwsCli,
  },
  go("conformance", "that the tests' own registry is one, by the OCI's program"),
  go("crane", "that every layer is what manifest and config say, by another client"),
  go("cosign", "that the field's verifier accepts our signatures, and keeps them when it signs"),
  go("registry", "the push to a registry that is not ours: distribution 3"),
  go("oras", "that what is attached to an image is found, and that another client may attach, too"),
  go("regctl", "that what is attached to an image is found, by another client"),
  {
    name: "pyspdxtools",
    proves: "that SPDX's own tools accept the bills of materials",
    from: "PyPI",
    find: () => findProgram("pyspdxtools", pathFolders()),
  },
  {
    // In Debian too, but only root starts it, and not in every container.
    ...debian("dockerd", "that Docker's daemon loads and runs the image"),
    from: "Docker",
  },
  {
    name: "pulumi",
    proves: "preview, up, refresh and destroy by a real engine",
    from: "Pulumi",
    find: findEngine,
  },
];

/** By who has it: the variable whose "1" makes its absence a failure. */
const REQUIRED_BY: Readonly<Record<Peer["from"], string>> = {
  Debian: "REQUIRE_PEERS",
  Go: "REQUIRE_GO_PEERS",
  Docker: "REQUIRE_DOCKER",
  Pulumi: "REQUIRE_ENGINE",
  PyPI: "REQUIRE_PYTHON_PEERS",
};

/** The setting that makes the absence of a peer a failure; undefined when it may be absent. */
export function requiredBy({ from }: Peer): string | undefined {
  const variable = REQUIRED_BY[from];
  return process.env[variable] === "1" ? `${variable}=1` : undefined;
}

/** Whether a test that cannot use this peer must fail, not skip. */
export const peerIsRequired = (name: string): boolean =>
  PEERS.some((peer) => peer.name === name && requiredBy(peer) !== undefined);

/** Where a peer is; undefined when it is not installed. */
export function findPeer(name: string): string | undefined {
  const peer = PEERS.find((one) => one.name === name);
  if (peer === undefined) throw new RangeError(`${name} is not in the list of peers`);
  return peer.find();
}

/** Its stdout; an error that has its stderr when it fails. */
export async function runPeer(name: string, ...args: readonly string[]): Promise<string> {
  const options = { maxBuffer: 16 * 1024 * 1024 };
  return (await promisify(execFile)(findPeer(name) ?? name, args, options)).stdout;
}

/**
 * The `skip` of a test that needs peers: false when all are there, else the reason, which the runner
 * shows. `test("…", { skip: needs("skopeo", "docker-registry") }, …)`
 */
export function needs(...names: readonly string[]): string | false {
  const missing = names.filter((name) => findPeer(name) === undefined);
  return missing.length === 0 ? false : `not installed: ${missing.join(", ")}`;
}

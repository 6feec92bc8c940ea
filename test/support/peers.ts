/**
 * Programs that some tests use when they are installed, and that say what other tools make of our work.
 * @module
 */
import { findEngine } from "./engine.ts";
import { findProgram, pathFolders } from "./find-program.ts";

export interface Peer {
  readonly name: string;
  /** What is not tested without it. */
  readonly proves: string;
  /** Set to 1, this variable makes its absence a failure. Debian has every peer but the engine. */
  readonly requiredBy: "REQUIRE_PEERS" | "REQUIRE_ENGINE";
  readonly find: () => string | undefined;
}

const program = (name: string, proves: string): Peer => ({
  name,
  proves,
  requiredBy: "REQUIRE_PEERS",
  // Debian keeps servers in sbin too, which a user's PATH may lack.
  find: () => findProgram(name, [...pathFolders(), "/usr/sbin", "/sbin"]),
});

export const PEERS: readonly Peer[] = [
  program("nix-store", "that real Nix accepts store paths, signatures and the store database"),
  program("skopeo", "that images can be inspected and copied by another client"),
  program("docker-registry", "the push to a registry that is not ours"),
  program("umoci", "that layers unpack"),
  program("crun", "that the image runs"),
  program("podman", "that a container engine loads the image"),
  program("xz", "NARs compressed by another xz"),
  program("zstd", "NARs compressed by another zstd"),
  program("sqlite3", "that another SQLite reads the store database"),
  {
    name: "pulumi",
    proves: "preview, up, refresh and destroy by a real engine",
    requiredBy: "REQUIRE_ENGINE",
    find: findEngine,
  },
];

/** Where a peer is; undefined when it is not installed. */
export function findPeer(name: string): string | undefined {
  const peer = PEERS.find((one) => one.name === name);
  if (peer === undefined) throw new RangeError(`${name} is not in the list of peers`);
  return peer.find();
}

/**
 * The `skip` of a test that needs peers: false when all are there, else the reason, which the runner
 * shows. `test("…", { skip: needs("skopeo", "docker-registry") }, …)`
 */
export function needs(...names: readonly string[]): string | false {
  const missing = names.filter((name) => findPeer(name) === undefined);
  return missing.length === 0 ? false : `not installed: ${missing.join(", ")}`;
}

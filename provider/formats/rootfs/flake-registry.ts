/**
 * A global flake registry that is there from the start: a link in root's cache, which Nix would
 * else fill from the network, and a root that keeps the garbage collector from its target.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { ListingNode } from "../nix/listing.ts";
import type { StorePath } from "../nix/store-path.ts";
import type { Tree } from "../nix/tree.ts";

/** Where Nix keeps a downloaded registry. */
export const FLAKE_REGISTRY_LINK = "/root/.cache/nix/flake-registry.json";

/** Below gcroots/auto a root is named by the nixbase32 sha1 of the link's path: this is that link's. */
export const FLAKE_REGISTRY_GCROOT = "2m8wm8j83xbdp2b6wmrgd0bgy8qd4r75";

const FILE: ByteString = "flake-registry.json";

/** What the link points to: a file itself, or the file in a directory. `named` is for messages. */
export function flakeRegistryTarget(
  storePath: StorePath,
  root: Tree | ListingNode,
  named: string = storePath,
): ByteString {
  if (root.kind !== "directory") return storePath;
  if (!root.entries.has(FILE)) throw lixError("NO_FLAKE_REGISTRY", { directory: named });
  return `${storePath}/${FILE}`;
}

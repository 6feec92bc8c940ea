/**
 * A global flake registry that is there from the start: a link in the user's cache, which Nix would
 * otherwise fill from the network, and a root that keeps its target from the garbage collector.
 * @module
 */
import { createHash } from "node:crypto";
import { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { ListingNode } from "../nix/listing.ts";
import { nixbase32 } from "../nix/nixbase32.ts";
import type { StorePath } from "../nix/store-path.ts";
import type { Tree } from "../nix/tree.ts";

/** Where Nix keeps a downloaded registry. */
export const flakeRegistryLink = (home: ByteString): ByteString => `${home}/.cache/nix/${FILE}`;

/** Below gcroots/auto a root is named by the nixbase32 sha1 of the link's path. */
export const autoRootName = (link: ByteString): string =>
  nixbase32.encode(createHash("sha1").update(ByteString.toBytes(link)).digest());

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

/**
 * The store as a file system that is not there: `stat`, `lstat` and `realpath` over listings.
 * Outside `/nix/store` nothing exists, as in a build sandbox.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import type { ListedDirectory, Listing, ListingNode } from "./listing.ts";
import { STORE_DIR, StorePath } from "./store-path.ts";

/** "unknown": not looked at yet. "absent": not in the closure, so it does not exist for us. */
export type ListingOf = (path: StorePath) => Listing | "unknown" | "absent";

/** All paths are absolute. Each function throws {@link UnknownListing} instead of guessing. */
export interface VirtualStore {
  /** What a path leads to after following links; undefined if nothing is there. */
  readonly stat: (path: ByteString) => ListingNode | undefined;
  /** What is at the path itself, which may be a link. */
  readonly lstat: (path: ByteString) => ListingNode | undefined;
  /** Like perl's `abs_path`: the last component need not exist. */
  readonly realPath: (path: ByteString) => ByteString | undefined;
}

export const VirtualStore = {
  over: (listingOf: ListingOf): VirtualStore => ({
    stat: (path) => walk(listingOf, split(path))?.at(-1)?.node,
    lstat: (path) => {
      const names = split(path);
      const last = names.pop();
      const parents = walk(listingOf, names);
      return last === undefined ? ROOT.node : parents && lookUp(listingOf, parents, last);
    },
    realPath: (path) =>
      walk(listingOf, split(path))
        ?.map((step) => step.name)
        .join("/"),
  }),
};

interface Step {
  readonly name: ByteString;
  /** undefined: does not exist; only ever the last step. */
  readonly node: ListingNode | undefined;
}

// Linux: MAXSYMLINKS, the kernel's bound on links followed in one look-up.
const MAX_LINKS = 40;
const directory = (entries: readonly [ByteString, ListingNode][] = []): ListedDirectory => ({
  kind: "directory",
  entries: new Map(entries),
});
const ROOT: Step = { name: "", node: directory([["nix", directory([["store", directory()]])]]) };
/** Steps that lead to {@link STORE_DIR}, the root's among them. */
const STORE_DEPTH = STORE_DIR.split("/").length;

/** The path from the root without links, or undefined if a part of it is no directory. */
function walk(listingOf: ListingOf, names: readonly ByteString[]): readonly Step[] | undefined {
  const steps = [ROOT];
  const pending = names.toReversed();
  for (let links = 0, name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (steps.at(-1)?.node?.kind !== "directory") return undefined;
    if (name === "..") {
      if (steps.length > 1) steps.pop();
      continue;
    }
    const node = lookUp(listingOf, steps, name);
    if (node?.kind !== "symlink") {
      steps.push({ name, node });
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return undefined;
    if (node.target.startsWith("/")) steps.length = 1;
    pending.push(...split(node.target).toReversed());
  }
  return steps;
}

function lookUp(
  listingOf: ListingOf,
  parents: readonly Step[],
  name: ByteString,
): ListingNode | undefined {
  if (parents.length !== STORE_DEPTH) {
    const parent = parents.at(-1)?.node;
    return parent?.kind === "directory" ? parent.entries.get(name) : undefined;
  }
  const path = `${STORE_DIR}/${name}`;
  if (!StorePath.is(path)) return undefined;
  const listing = listingOf(path);
  if (listing === "unknown") throw new UnknownListing(path);
  return listing === "absent" ? undefined : listing.root;
}

/** Components without the empty ones and ".". */
function split(path: ByteString): ByteString[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** Not an error to show: a look-up met a listing that has to be fetched first. */
export class UnknownListing extends Error {
  readonly storePath: StorePath;
  constructor(storePath: StorePath) {
    super(`the listing of ${storePath} is not known yet`);
    this.storePath = storePath;
  }
}

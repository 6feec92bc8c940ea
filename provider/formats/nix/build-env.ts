/**
 * nixpkgs' buildEnv as docker.nix calls it: packages, and what they propagate, merged into one tree
 * of links. {@link EnvMerge} has the rules of merging.
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { EnvSource } from "./env-collision.ts";
import { EnvMerge } from "./env-merge.ts";
import type { MergeManner } from "./env-merge.ts";
import { StorePath } from "./store-path.ts";
import type { Directory } from "./tree.ts";
import { VirtualStore } from "./virtual-store.ts";
import type { ListingOf } from "./virtual-store.ts";

export interface EnvPackage {
  readonly storePath: StorePath;
  /** A lower number wins, between files only. */
  readonly priority: number;
  /** `curl-8.9.1`, for messages. */
  readonly label: string;
}

export type EnvResult =
  /** Bring these paths' listings and call again. */
  | { readonly kind: "needs"; readonly paths: readonly StorePath[] }
  | { readonly kind: "built"; readonly tree: Directory; readonly warnings: readonly string[] };

/** Directories and links only. Starts over at each call, which is cheap compared with fetching a listing. */
export function buildEnv(packages: readonly EnvPackage[], listingOf: ListingOf): EnvResult {
  const merge = new EnvMerge(VirtualStore.over(listingOf));
  try {
    addAll(merge, packages, listingOf);
  } catch (error) {
    // A source that was skipped because its listing is unknown might have changed the result.
    if (merge.needs.size === 0) throw error;
  }
  return merge.needs.size > 0
    ? { kind: "needs", paths: [...merge.needs].sort(StorePath.compare) }
    : { kind: "built", tree: merge.tree(), warnings: merge.warnings };
}

// The builder's priority of the first propagated package; each further one counts up from there.
const PROPAGATED_PRIORITY = 1000;

function addAll(merge: EnvMerge, packages: readonly EnvPackage[], listingOf: ListingOf): void {
  const store = VirtualStore.over(listingOf);
  const done = new Set<ByteString>();
  let postponed = new Map<ByteString, EnvSource>();
  const add = (source: EnvSource, manner: MergeManner): void => {
    if (done.has(source.path)) return;
    done.add(source.path);
    merge.add(source, manner);
    for (const path of propagatedBy(source, store, listingOf)) {
      const label = `${path.slice(path.lastIndexOf("/") + 1)}, propagated by ${source.label}`;
      if (!done.has(path)) postponed.set(path, { path, label });
    }
  };

  for (const { storePath, priority, label } of packages)
    merge.attempt(() => {
      if (store.stat(storePath) !== undefined)
        add({ path: storePath, label }, { priority, collisions: "refuse" });
    });

  for (let priority = PROPAGATED_PRIORITY; postponed.size > 0;) {
    const round = [...postponed.values()].sort((a, b) => ByteString.compare(a.path, b.path));
    postponed = new Map();
    for (const source of round) {
      const manner: MergeManner = { priority, collisions: "ignore" };
      merge.attempt(() => add(source, manner));
      priority += 1;
    }
  }
}

const PROPAGATED = "/nix-support/propagated-user-env-packages";

/** What a package wants installed with it: the words of its file's first line. */
function propagatedBy(source: EnvSource, store: VirtualStore, listingOf: ListingOf): string[] {
  const file = `${source.path}${PROPAGATED}`;
  const node = store.stat(file);
  if (node === undefined) return [];
  const text =
    node.kind === "regular" && node.size === 0 ? "" : propagatedText(file, store, listingOf);
  if (text === undefined)
    throw lixError("PROPAGATION_UNREADABLE", {
      path: `${source.path}${PROPAGATED}`,
      label: source.label,
    });
  const [line = ""] = text.split("\n", 1);
  return line.split(/[ \t\v\f\r]+/).filter((word) => word !== "");
}

/** A listing holds this one file's text, so it must be that file where the links lead to. */
function propagatedText(
  file: ByteString,
  store: VirtualStore,
  listingOf: ListingOf,
): string | undefined {
  const real = store.realPath(file);
  if (real?.endsWith(PROPAGATED) !== true) return undefined;
  const owner = real.slice(0, -PROPAGATED.length);
  const listing = StorePath.is(owner) ? listingOf(owner) : undefined;
  return typeof listing === "object" ? listing.propagatedUserEnvPackages : undefined;
}

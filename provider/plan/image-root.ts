/** Everything of an image that is not a store path: base system, the program's files, the settings. @module */
import type { ByteString } from "../base/byte-string.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import type { Listing } from "../formats/nix/listing.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { writeNar } from "../formats/nix/nar-writer.ts";
import { scanReferences } from "../formats/nix/references.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Directory } from "../formats/nix/tree.ts";
import { baseSystemTree } from "../formats/rootfs/base-system.ts";
import { flakeRegistryTarget } from "../formats/rootfs/flake-registry.ts";
import { mergeTrees } from "../formats/rootfs/merge-trees.ts";
import { nixConf } from "../formats/rootfs/nix-conf.ts";
import { filesTree } from "./image-files.ts";
import type { FlakeRegistry, PlatformInput } from "./platform-input.ts";
import { attributesKey, type TreeKey } from "./recipe.ts";

export interface ImageRoot {
  readonly baseSystem: KeyedTree;
  /** Undefined where the program adds none. */
  readonly files: KeyedTree | undefined;
  /** The store paths that these and the settings name. */
  readonly references: readonly StorePath[];
  /** Those that the garbage collector would remove, since no profile and no other root keeps them. */
  readonly unrooted: readonly StorePath[];
}

export interface KeyedTree {
  readonly tree: Directory;
  readonly key: TreeKey;
}

export function imageRoot(
  input: PlatformInput,
  parts: {
    readonly userEnvironment: StorePath;
    readonly channel: StorePath;
    readonly listingOf: (path: StorePath) => Listing | undefined;
    /** Every store path that may be named. */
    readonly candidates: readonly StorePath[];
  },
): ImageRoot {
  const { packages, user } = input;
  const { userEnvironment, channel, candidates } = parts;
  const registry = input.flakeRegistry;
  const plain = baseSystemTree({
    user,
    generationLinks: user.kind === "root" && input.gcRoots === "all" ? "absolute" : "relative",
    userEnvironment,
    channel,
    bashInteractive: packages.bashInteractive,
    shadow: packages.shadow,
    coreutils: packages.coreutils,
    nixConf: nixConf(input.nixConf, user),
    channelName: input.channelName,
    channelUrl: input.channelUrl,
    flakeRegistry: registry && registryTarget(registry, parts.listingOf),
  });
  const baseSystem = input.compat === undefined ? plain : mergeTrees(plain, input.compat.files);
  const files =
    input.files.length === 0 ? undefined : filesTree(input.files, { baseSystem, plain, user });
  const nars = [baseSystem, ...(files ? [files] : [])].map((tree) => writeNar(tree));
  const settings = Buffer.from(canonicalJson({ ...input.config }));
  const named = [...nars, settings].flatMap((bytes) => scanReferences(bytes, candidates));
  const references = [...new Set(named)].sort(StorePath.compare);
  const rooted = new Set([userEnvironment, channel, registry && registryPath(registry)]);
  const [baseSystemNar, filesNar] = nars;
  if (baseSystemNar === undefined) throw new RangeError("a base system has a NAR");
  return {
    baseSystem: keyed(baseSystem, baseSystemNar),
    files: files && filesNar && keyed(files, filesNar),
    references,
    unrooted: references.filter((path) => !rooted.has(path)),
  };
}

const keyed = (tree: Directory, nar: Uint8Array): KeyedTree => ({
  tree,
  key: { narHash: NarHash.of(nar), attributes: attributesKey(tree) },
});

const registryPath = (registry: FlakeRegistry): StorePath =>
  registry.kind === "imported" ? registry.generated.info.storePath : registry.storePath;

function registryTarget(
  registry: FlakeRegistry,
  listingOf: (path: StorePath) => Listing | undefined,
): ByteString | undefined {
  if (registry.kind === "imported") return registry.linkTarget;
  const listing = listingOf(registry.storePath);
  return listing && flakeRegistryTarget(registry.storePath, listing.root);
}

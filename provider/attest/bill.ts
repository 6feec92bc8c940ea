/**
 * The bill of materials of an image, from its plan and its layers. Everything in it follows from the arguments, the
 * lock and the layers, so it is the same on every machine.
 * @module
 */
import { NarHash } from "../formats/nix/nix-hash.ts";
import { writeNar } from "../formats/nix/nar-writer.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { isSignedBy, PublicKey } from "../formats/nix/signature.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Directory } from "../formats/nix/tree.ts";
import type { Platform } from "../formats/oci/descriptor.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";
import type { Lock, LockedPackage } from "../lock/lock.ts";
import type { PlatformInput } from "../plan/platform-input.ts";
import type { PlatformPlan } from "../plan/platform-plan.ts";
import type { PlannedLayer } from "../plan/recipe-keys.ts";
import { webUri } from "./uri.ts";
import { nameOfPackage, nameOfPath, type Component, type LayerDigests } from "./component.ts";

/** An image or index with all that is in it. */
export interface Bill {
  /** `ghcr.io/acme/lix`, or a bare name where there is no registry. */
  readonly repository: string;
  readonly digest: Digest;
  /** When the image says that it was created; undefined if it does not say. */
  readonly created: string | undefined;
  /** One for each platform. Without an index, `digest` is that of the only one. */
  readonly images: readonly BillImage[];
  /** What all images consist of, sorted by id. */
  readonly components: readonly Component[];
}

export interface BillImage {
  readonly digest: Digest;
  readonly platform: Platform;
  /** In the image's order. */
  readonly layers: readonly LayerDigests[];
  /** The components that nothing else in the image refers to. */
  readonly roots: readonly string[];
}

/** One platform's image, as it was planned and built. */
export interface BilledImage {
  readonly digest: Digest;
  readonly input: PlatformInput;
  readonly plan: PlatformPlan;
  readonly layers: readonly (PlannedLayer & { readonly identity: LayerIdentity })[];
}

export function billOf({
  repository,
  digest,
  lock,
  images,
}: {
  readonly repository: string;
  /** The digest of the index, or of the only image. */
  readonly digest: Digest;
  readonly lock: Lock;
  readonly images: readonly BilledImage[];
}): Bill {
  const signedBy = signers(lock);
  const merged = new Map<string, Component>();
  const billed = images.map((image): BillImage => {
    const components = componentsOf(image, signedBy);
    for (const each of components) merged.set(each.id, merge(merged.get(each.id), each));
    return {
      digest: image.digest,
      platform: image.plan.platform,
      layers: image.layers.map(layerDigests),
      roots: rootsOf(components),
    };
  });
  return {
    repository,
    digest,
    created: images[0]?.plan.config.created,
    images: billed,
    components: [...merged.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

const layerDigests = ({ identity }: BilledImage["layers"][number]): LayerDigests => ({
  digest: identity.digest,
  diffId: identity.diffId,
});

/** The same store path in the images of two platforms is one component. */
function merge(one: Component | undefined, other: Component): Component {
  if (one === undefined) return other;
  const layers = new Map([...one.layers, ...other.layers].map((layer) => [layer.digest, layer]));
  return { ...one, layers: [...layers.values()] };
}

function rootsOf(components: readonly Component[]): string[] {
  const referred = new Set(components.flatMap(({ references }) => references));
  return components.flatMap(({ id }) => (referred.has(id) ? [] : [id])).sort();
}

type SignedBy = (info: PathInfo) => readonly string[];

/** Only valid signatures count, and only by keys that the lock trusts. */
function signers(lock: Lock): SignedBy {
  const names = new Set(lock.caches.flatMap((cache) => cache.trustedPublicKeys));
  const keys = [...names].sort().map((name) => ({ name, key: PublicKey.parse(name) }));
  return (info) => keys.flatMap(({ name, key }) => (isSignedBy(info, [key]) ? [name] : []));
}

function componentsOf(image: BilledImage, signedBy: SignedBy): Component[] {
  const { input, plan } = image;
  const outputs = outputsOf(input.system.packages.values());
  const inStore = image.layers.flatMap((layer) =>
    layer.contents.storePaths.map((path): Component => {
      const info = plan.paths.get(path);
      if (info === undefined) throw new RangeError(`${path} is in a layer, and not in the plan`);
      const from = outputs.get(path);
      const deriver = info.deriver;
      const named = nameOfPath(path, deriver);
      const kind = kindOf(path, image);
      return {
        ...named,
        ...(from && nameOfPackage(from.package)),
        ...(path === input.nixpkgs && { name: "nixpkgs" }),
        ...(from && { output: from.output === "out" ? undefined : from.output }),
        id: StorePath.baseName(path),
        kind,
        storePath: path,
        narHash: info.narHash,
        deriver,
        package: from?.package,
        homepage: webUri(from?.package.homepage ?? ""),
        tarball: webUri(input.system.paths.get(path)?.fetch?.tarball ?? ""),
        signedBy: signedBy(info),
        contentAddress: info.ca,
        references: info.references.filter((each) => each !== path).map(StorePath.baseName),
        layers: [layerDigests(layer)],
      };
    }),
  );
  return [...inStore, ...outsideStore(image)];
}

function kindOf(path: StorePath, { input, plan }: BilledImage): Component["kind"] {
  const { nixpkgs, flakeRegistry } = input;
  const registry =
    flakeRegistry?.kind === "imported"
      ? flakeRegistry.generated.info.storePath
      : flakeRegistry?.storePath;
  if (path === nixpkgs || path === registry) return "source";
  return plan.generated.has(path) ? "generated" : "package";
}

/** The base system, the program's own files and the store's database. */
function outsideStore({ plan, layers }: BilledImage): Component[] {
  return layers.flatMap((layer) => {
    const { baseSystem, files, database } = layer.contents;
    const generated = (name: string, tree?: Directory): Component => ({
      // The same files have the same diffId on every platform.
      id: `${layer.identity.diffId.slice("sha256:".length, 39)}-${name}`,
      kind: "generated",
      name,
      version: undefined,
      storePath: undefined,
      narHash: tree && NarHash.of(writeNar(tree)),
      output: undefined,
      deriver: undefined,
      package: undefined,
      homepage: undefined,
      tarball: undefined,
      signedBy: [],
      contentAddress: undefined,
      references: [],
      layers: [layerDigests(layer)],
    });
    return [
      ...(baseSystem ? [generated("base-system", plan.baseSystem)] : []),
      ...(files === true ? [generated("files", plan.files)] : []),
      ...(database ? [generated("store-database")] : []),
    ];
  });
}

/** If several attributes have the same output, the first one names it. */
function outputsOf(
  packages: Iterable<LockedPackage>,
): ReadonlyMap<StorePath, { readonly package: LockedPackage; readonly output: string }> {
  const outputs = new Map<
    StorePath,
    { readonly package: LockedPackage; readonly output: string }
  >();
  for (const each of packages)
    for (const [output, path] of each.outputs)
      if (!outputs.has(path)) outputs.set(path, { package: each, output });
  return outputs;
}

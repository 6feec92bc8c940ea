/**
 * How an image was made, as an in-toto statement with SLSA's provenance.
 * @see https://slsa.dev/spec/v1.0/provenance
 * @see https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/statement.md
 * @module
 */
import type { Json } from "../base/canonical-json.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { Digest } from "../formats/oci/digest.ts";
import { MediaType } from "../formats/oci/media-type.ts";
import type { Lock } from "../lock/lock.ts";
import type { Bill } from "./bill.ts";
import type { Component } from "./component.ts";
import { PackageUrl } from "./package-url.ts";

export const IN_TOTO_MEDIA_TYPE = "application/vnd.in-toto+json";
export const PROVENANCE_TYPE = "https://slsa.dev/provenance/v1";

/** docs/trust.md describes its parameters. */
const BUILD_TYPE = "https://www.npmjs.com/package/pulumi-lix#lix-image-v1";
const BUILDER = "https://www.npmjs.com/package/pulumi-lix";

export interface ProvenanceInput {
  readonly bill: Bill;
  readonly lock: Lock;
  /** The sha256 of the lock's file, in hex. */
  readonly lockSha256: string;
  /** What decides the contents of the image, without secrets and without paths of this machine. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** The version of everything that reaches a digest. */
  readonly formatVersion: number;
  /** The version of this package. */
  readonly version: string;
}

export function provenanceStatement(input: ProvenanceInput): string {
  const { bill, lock, lockSha256, parameters, formatVersion, version } = input;
  const [made, taken] = partition(bill.components);
  const lockDigest = { sha256: lockSha256 };
  return JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: bill.repository, digest: { sha256: Digest.hex(bill.digest) } }],
    predicateType: PROVENANCE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          arguments: parameters,
          lock: { digest: lockDigest, caches: lock.caches.map(cacheOf) },
        },
        internalParameters: { formatVersion },
        resolvedDependencies: [
          { name: "lock", digest: lockDigest, mediaType: "application/json" },
          ...taken.map(dependencyOf),
        ],
      },
      runDetails: {
        builder: { id: BUILDER, version: { "pulumi-lix": version } },
        byproducts: made.map(byproductOf),
      },
    },
  });
}

function partition(components: readonly Component[]): [made: Component[], taken: Component[]] {
  const made = components.filter(({ kind }) => kind === "generated");
  return [made, components.filter(({ kind }) => kind !== "generated")];
}

const cacheOf = ({ url, relativePath, trustedPublicKeys }: Lock["caches"][number]) => ({
  url: relativePath ?? url,
  trustedPublicKeys,
});

const NAR = "application/x-nix-nar";

function dependencyOf(component: Component) {
  const { id, storePath, narHash, tarball, signedBy, contentAddress } = component;
  return {
    name: id,
    uri: storePath && PackageUrl.ofStorePath(storePath, component),
    digest: narHash && { sha256: NarHash.toHex(narHash) },
    downloadLocation: tarball,
    mediaType: NAR,
    annotations: { storePath, narHash, signedBy, contentAddress },
  };
}

function byproductOf(component: Component) {
  const { id, name, storePath, narHash, contentAddress, references, layers } = component;
  return {
    name: id,
    // The database has no NAR, and a descriptor must have a digest.
    ...(narHash === undefined
      ? {
          digest: { sha256: layers[0]?.diffId.slice("sha256:".length) },
          mediaType: MediaType.layerTar,
        }
      : { digest: { sha256: NarHash.toHex(narHash) }, mediaType: NAR }),
    annotations: { storePath, narHash, contentAddress, madeFrom: MADE_FROM[name], references },
  };
}

/** What the files that we generate follow from. */
const MADE_FROM: Readonly<Record<string, string>> = {
  "manifest.nix": "the packages of the lock",
  "user-environment": "the names of the files in the packages",
  "channel-nixpkgs": "the store path of nixpkgs",
  "base-system": "the arguments, and what docker.nix puts into every image",
  files: "the argument files",
  "store-database": "the store paths of the image",
};

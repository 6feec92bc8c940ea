/**
 * Package URLs of store paths and images. purl-spec has no type `nix` yet; the draft of it, Syft, bombon and sbomnix
 * write `pkg:nix/NAME@VERSION`, and Syft's qualifiers tell store paths apart.
 * @see https://github.com/package-url/purl-spec/pull/877
 * @see https://github.com/anchore/syft/blob/v1.57.1/syft/pkg/cataloger/nix/package.go
 * @module
 */
import type { Platform } from "../formats/oci/descriptor.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { StorePath } from "../formats/nix/store-path.ts";

export const PackageUrl = {
  /** `pkg:nix/curl@8.9.1?output=bin&outputhash=…` */
  ofStorePath(
    path: StorePath,
    named: {
      readonly name: string;
      readonly version: string | undefined;
      readonly output: string | undefined;
      readonly deriver: string | undefined;
    },
  ): string {
    const version = named.version === undefined ? "" : `@${encode(named.version)}`;
    return `pkg:nix/${encode(named.name)}${version}${qualifiers({
      drvpath: named.deriver,
      output: named.output,
      outputhash: StorePath.hashPart(path),
    })}`;
  },

  /**
   * `pkg:oci/lix@sha256:…?arch=amd64&repository_url=ghcr.io/acme/lix`
   * @param repository `ghcr.io/acme/lix`, or a bare name where there is no registry.
   */
  ofImage(repository: string, digest: Digest, platform: Platform | undefined): string {
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    return `pkg:oci/${encode(name)}@${encode(digest)}${qualifiers({
      arch: platform?.architecture,
      repository_url: repository === name ? undefined : repository,
    })}`;
  },
};

/** @param values sorted by name, as a package URL has them. */
function qualifiers(values: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encode(value)}`],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

// The specification leaves colons as they are, and encodes what encodeURIComponent does otherwise.
const encode = (text: string): string => encodeURIComponent(text).replaceAll("%3A", ":");

/**
 * How a container of the image starts, and what the image says of itself.
 * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md
 * @module
 */

/** The fields of an OCI image's `config` that docker.nix sets; labels sorted by key. */
export interface ContainerConfig {
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

const CA_BUNDLE = "/nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt";

/** `version` is that of Lix, `revision` its commit, where known. */
export function containerConfig(lix: {
  readonly version: string;
  readonly revision: string | undefined;
}): ContainerConfig {
  return {
    Cmd: ["/root/.nix-profile/bin/bash"],
    Env: [
      "USER=root",
      "PATH=/root/.nix-profile/bin:/nix/var/nix/profiles/default/bin:/nix/var/nix/profiles/default/sbin",
      "MANPATH=/root/.nix-profile/share/man:/nix/var/nix/profiles/default/share/man",
      `SSL_CERT_FILE=${CA_BUNDLE}`,
      `GIT_SSL_CAINFO=${CA_BUNDLE}`,
      `NIX_SSL_CERT_FILE=${CA_BUNDLE}`,
      "NIX_PATH=/nix/var/nix/profiles/per-user/root/channels:/root/.nix-defexpr/channels",
    ],
    Labels: {
      "org.opencontainers.image.description":
        "Minimal Lix container image, with some batteries included.",
      ...(lix.revision !== undefined && { "org.opencontainers.image.revision": lix.revision }),
      "org.opencontainers.image.source": "https://git.lix.systems/lix-project/lix",
      "org.opencontainers.image.title": "Lix",
      "org.opencontainers.image.vendor": "Lix project",
      "org.opencontainers.image.version": lix.version,
    },
  };
}

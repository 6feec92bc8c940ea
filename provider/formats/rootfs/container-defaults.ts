/**
 * How a container of the image starts, and what the image says about itself.
 * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md
 * @module
 */
import { ENTRYPOINT, MAKE_HOME } from "./home-scripts.ts";
import { DEFAULT_PROFILE, ImageUser } from "./image-user.ts";

/** The fields of an OCI image's `config` that docker.nix sets; labels sorted by key. */
export interface ContainerConfig {
  readonly User?: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

const CA_BUNDLE = `${DEFAULT_PROFILE}/etc/ssl/certs/ca-bundle.crt`;

/** `version` is that of Lix, `revision` its commit, where known. */
export function containerConfig(
  lix: { readonly version: string; readonly revision: string | undefined },
  user: ImageUser = ImageUser.root,
): ContainerConfig {
  const { name, home, uid, gid } = user;
  // For this user the image has no home: it is made at the start, so the first programs must be found
  // elsewhere.
  const profile = user.kind === "any" ? DEFAULT_PROFILE : `${home}/.nix-profile`;
  return {
    ...(user.kind !== "root" && { User: `${uid}:${gid}` }),
    ...(user.kind === "any" && { Entrypoint: [ENTRYPOINT] }),
    Cmd: [`${profile}/bin/bash`],
    Env: [
      `USER=${name}`,
      // Docker and crun read it from /etc/passwd; not every runtime does.
      ...(user.kind === "root" ? [] : [`HOME=${home}`]),
      `PATH=${home}/.nix-profile/bin:${DEFAULT_PROFILE}/bin:${DEFAULT_PROFILE}/sbin`,
      `MANPATH=${home}/.nix-profile/share/man:${DEFAULT_PROFILE}/share/man`,
      `SSL_CERT_FILE=${CA_BUNDLE}`,
      `GIT_SSL_CAINFO=${CA_BUNDLE}`,
      `NIX_SSL_CERT_FILE=${CA_BUNDLE}`,
      `NIX_PATH=${ImageUser.channels(user)}:${home}/.nix-defexpr/channels`,
      ...(user.kind === "any" ? [`NIX_PROFILE=${DEFAULT_PROFILE}`, `BASH_ENV=${MAKE_HOME}`] : []),
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

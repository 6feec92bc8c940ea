/**
 * What a program writes. The comments here are the reference documentation.
 *
 * Written by test/support/generate.ts out of provider/arguments/table.ts: do not edit.
 * @module
 */
import type { Input } from "@pulumi/pulumi";

/** A value of nix.conf. Numbers must be whole; the values of a list are joined by spaces. */
export type NixConfScalar = string | number | boolean;

/** A value, null for no such variable, or what is put before and behind the value. */
export type EnvValue = string | null | EnvChange;

/** Plain inputs, as in the JSON file of the command line. */
export interface LixImageInputs {
  /** Path of the lock file that names all packages. Default: `"lix-image.lock.json"`. */
  readonly lock?: string | undefined;
  /**
   * Host and optional namespace: `ghcr.io/acme`, `localhost:5000`. Begin it with `http://` for plain
   * http, which loopback addresses have by default; the scheme is not part of any reference.
   */
  readonly registry?: string | undefined;
  /** In place of `registry` and `name`: the whole repository, such as an ECR `repositoryUrl`. */
  readonly repository?: string | undefined;
  /** Name of the repository below `registry`, lower-cased. Default: `"lix"`. */
  readonly name?: string | undefined;
  /**
   * The tag. `{version}` becomes the version of the Lix in the image (`2.93.3`), `{major}` its first two
   * parts (`2.93`), `{planKey}` the planKey.
   * Default: `"latest"`.
   */
  readonly tag?: string | undefined;
  /** More tags for the same digest, with the same placeholders. Default: none. */
  readonly extraTags?: readonly string[] | undefined;
  /**
   * Nix systems, each of which the lock must have. With more than one, `digest` is the digest of an
   * index.
   * Default: `["x86_64-linux"]`.
   */
  readonly systems?: readonly string[] | undefined;
  /** The label `org.opencontainers.image.revision`. Default: no such label. */
  readonly lixRevision?: string | undefined;
  /**
   * Ship the nixpkgs source, which the lock must then have, and a channel that points to it.
   * Default: true.
   */
  readonly bundleNixpkgs?: boolean | undefined;
  /** The name in `/root/.nix-channels`, taken literally. Default: `"nixpkgs"`. */
  readonly channelName?: string | undefined;
  /**
   * The URL in `/root/.nix-channels`, taken literally.
   * Default: `"https://nixos.org/channels/nixpkgs-unstable"`.
   */
  readonly channelUrl?: string | undefined;
  /**
   * More packages for the profile: attributes of the lock (`"jq"`), single outputs (`"curl.dev"`), or
   * store paths of the lock. An attribute of exactly this name takes precedence over an output.
   * Default: none.
   */
  readonly extraPkgs?: readonly string[] | undefined;
  /**
   * How many layers may follow docker.nix's explicit groups. If there are more store paths, the packages
   * get maxLayers-3 layers, of which the last holds the rest. The generated files follow in three small
   * layers: store paths, base system, database.
   * Default: 100.
   */
  readonly maxLayers?: number | undefined;
  /**
   * How store paths are divided into layers. `"docker.nix"`: its explicit groups, then one layer for
   * each path in order of popularity. `"closure-risk"`: paths that change together share a layer and the
   * most stable layers come first, so that an update pushes and pulls less. There are no groups then,
   * and `maxLayers` counts all layers but that of `files`.
   * Default: `"docker.nix"`.
   */
  readonly layering?: "docker.nix" | "closure-risk" | undefined;
  /**
   * Settings that are merged over the defaults of nix.conf: `{ cores: 4 }`. No newline in keys or
   * values. A name that Lix does not know gives a warning. Put no secrets here, because they are
   * readable in the image.
   * Default: `{}`.
   */
  readonly nixConf?: Readonly<Record<string, NixConfScalar | readonly NixConfScalar[]>> | undefined;
  /**
   * A file, a directory with `flake-registry.json` (no symbolic link to one), or a store path of the
   * lock. `/root/.cache/nix/flake-registry.json` links to it. To make Nix read it there, set
   * `"flake-registry"` in `nixConf` to that path.
   * Default: none.
   */
  readonly flakeRegistry?: string | undefined;
  /**
   * The date in the image's config and history, in RFC 3339: `2026-11-28T12:00:00Z`, such as that of a
   * commit. `"now"` is refused, because every run would make another image.
   * Default: `0001-01-01T00:00:00Z`, as docker.nix has it.
   */
  readonly created?: string | undefined;
  /**
   * How the layers are compressed. Every registry and runtime reads gzip; zstd needs Docker 23 or
   * containerd 1.5.
   * Default: `"gzip"`.
   */
  readonly compression?: "gzip" | "zstd" | Compression | undefined;
  /**
   * Whom the image runs as instead of root. Nix works for it without a daemon: it owns `/nix` and its
   * home in the layers themselves, and has the profile, the channel, `User`, `USER`, `HOME` and `PATH`.
   * `"any"` is for clusters that choose the user, such as OpenShift: group 0 may write wherever Nix
   * does. See docs/running.md.
   * Default: root, as in docker.nix.
   */
  readonly user?: "any" | User | undefined;
  /**
   * How a container starts: laid over what docker.nix sets. Variables and labels are merged by name,
   * everything else replaces; what is not mentioned stays, and null removes. Not for secrets, because
   * everybody can read it in the image.
   * Default: `{}`.
   */
  readonly config?: ContainerConfig | undefined;
  /**
   * Annotations of the manifests and of the index, by key. An index has the image's labels too, and an
   * annotation here counts more than a label.
   * Default: `{}`.
   */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /**
   * What `nix-collect-garbage` keeps in a container: every path of the image, or only what the profile,
   * the channel and the base system need, so that it can free packages that were upgraded or removed.
   * Default: `"all"`.
   */
  readonly gcRoots?: "all" | "profile" | undefined;
  /**
   * What CI systems and editors expect of a Linux distribution: `/bin/bash`, `/etc/os-release`,
   * `nsswitch.conf`, `services`, `protocols` and `gitconfig`, certificates where other distributions
   * have them and, where it is needed, the loader and libraries for programs that Nix did not build.
   * `files` and `config` replace each of them. See docs/running.md.
   * Default: `{}`.
   */
  readonly compat?: Compat | undefined;
  /**
   * Files, links and directories by absolute path: `{ "/etc/motd": { text: "Hello\n" } }`. They are a
   * layer of their own above the base system, and replace a file or link of it. A store path that they
   * mention comes into the image. What another argument decides is refused, as is everything in `/nix`.
   * Not for secrets. See docs/running.md.
   * Default: `{}`.
   */
  readonly files?: Readonly<Record<string, ImageFile>> | undefined;
  /**
   * Bytes that have to be pulled for one platform, at most: `"200MB"`, or a number. That is the
   * compressed size, as in the output `size`. A larger image fails at preview, and the error lists its
   * largest layers.
   * Default: no limit.
   */
  readonly maxImageSize?: number | string | undefined;
  /**
   * Compressed bytes of one layer, at most: some registries refuse larger ones. A larger layer fails at
   * preview.
   * Default: no limit.
   */
  readonly maxLayerSize?: number | string | undefined;
  /**
   * Compressed bytes by which an update may make the image larger than the recorded one, at most. A
   * larger growth fails at preview, and the error lists what grew and shrank, by package. On the command
   * line `push` compares with the image that has one of the tags, and `report` with that of `--against`;
   * `plan`, `build` and `load` ask no registry and ignore it.
   * Default: no limit.
   */
  readonly maxGrowth?: number | string | undefined;
  /**
   * Every store path from a cache must be signed by one of these keys: full public keys
   * (`"cache.nixos.org-1:6NCH…"`), or names of keys that the caches of the lock have
   * (`"cache.nixos.org-1"`). A name is weaker, because a change to the lock can put another key under
   * that name. An image with other paths fails at preview, and the error names them. See
   * [policy](security.md#policy).
   * Default: the keys of the lock's caches.
   */
  readonly allowedSigners?: readonly string[] | undefined;
  /**
   * The licenses that packages in the image may have, by SPDX identifier: `["MIT", "GPL-2.0-or-later"]`.
   * `A AND B` needs both, and `A OR B` one of them. An image with other packages fails at preview, and
   * the error names them. The lock must know the license of each package. See
   * [policy](security.md#policy).
   * Default: every license.
   */
  readonly allowedLicenses?: readonly string[] | undefined;
  /**
   * Attach a software bill of materials to the image, in SPDX 2.3 or CycloneDX 1.6, or in both:
   * `["spdx", "cyclonedx"]`. It lists every store path with its version, license, hash, references and
   * layer. The digest of the image does not change, because the document is an OCI referrer of it. See
   * [bills of materials](trust.md#bills-of-materials).
   * Default: none.
   */
  readonly sbom?: "spdx" | "cyclonedx" | readonly ("spdx" | "cyclonedx")[] | undefined;
  /**
   * Attach provenance to the image: an in-toto statement with SLSA's predicate. It says which lock and
   * arguments the image is made from, and for each store path its hash and the key that signed it. See
   * [provenance](trust.md#provenance).
   * Default: false.
   */
  readonly provenance?: boolean | undefined;
  /**
   * Sign the image, and what `sbom` and `provenance` attach to it, with a private key: `{ keyFile:
   * "cosign.key" }` or `{ keyEnv: "COSIGN_PRIVATE_KEY" }`. The signatures are attached to the index and
   * to each platform, in the form of cosign 3 and in that of cosign before it. The key's password is in
   * the environment variable `COSIGN_PASSWORD`. The state holds only the fingerprint of the public key.
   * See [signatures](trust.md#signatures).
   * Default: the image is not signed.
   */
  readonly sign?: Sign | undefined;
  /**
   * Further repositories that get the same image under the same tags: `["registry-b.example/acme/lix"]`.
   * `ref` names the image in the first repository, `mirrorRefs` those in the mirrors. A mirror that is
   * removed from the list keeps the image, unless `deleteFromRegistry` is set.
   * Default: none.
   */
  readonly mirrors?: readonly string[] | undefined;
  /**
   * What happens when a mirror does not accept the image. `"error"`: `up` fails, and what uses `ref`
   * waits. `"warn"`: `up` goes on with a warning. In both cases the next `up` tries that mirror again.
   * Default: `"error"`.
   */
  readonly mirrorFailure?: "error" | "warn" | undefined;
  /** Also write the image to disk, on create and update only. Default: none. */
  readonly archives?: readonly Archive[] | undefined;
  /**
   * `false`: a preview downloads nothing, and a digest that would need a download is unknown until `up`.
   * Default: true.
   */
  readonly previewDigests?: boolean | undefined;
  /**
   * On destroy or replacement, delete from the registry and its mirrors the tags that still point to
   * this image, and the manifest if no other tag points to it. On update, delete the tags that the
   * program no longer names. Leave it off if another stack pushes the same tag: that stack would lose
   * the image.
   * Default: false.
   */
  readonly deleteFromRegistry?: boolean | undefined;
  /**
   * A refresh and a push also ask for every layer and config, with one small request each, because
   * registries can lose blobs that a manifest names. The next `up` with a change or drift sends what is
   * missing.
   * Default: false.
   */
  readonly verifyBlobs?: boolean | undefined;
}

export interface Compression {
  /** Without a level, the name alone is enough: `compression: "zstd"`. */
  readonly algorithm: "gzip" | "zstd";
  /** 1..9 for gzip, 1..19 for zstd. Default: gzip 4, zstd 3. */
  readonly level?: number | undefined;
}

export interface User {
  /** In `/etc/passwd`; also the name of its group. */
  readonly name: string;
  /** 1..2147483647, and not the number of one of Nix's build users. */
  readonly uid: number;
  /** The group. Default: the uid. */
  readonly gid?: number | undefined;
  /** The home, which the image brings along. Default: `/home/NAME`. */
  readonly home?: string | undefined;
  /** The login shell in `/etc/passwd`. Default: the image's bash. */
  readonly shell?: string | undefined;
}

export interface ContainerConfig {
  /** The command, or the arguments of the entrypoint. Default: bash; none where `entrypoint` is given. */
  readonly cmd?: readonly string[] | null | undefined;
  /** The program that every command goes through. Default: none. */
  readonly entrypoint?: readonly string[] | null | undefined;
  /** Variables by name: `{ EDITOR: "vi", MANPATH: null, PATH: { prepend: "/opt/bin" } }`. */
  readonly env?: Readonly<Record<string, EnvValue>> | undefined;
  /** Labels by key. They are the annotations of an index, too. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
  /** Where the command starts. Default: `/`. */
  readonly workingDir?: string | null | undefined;
  /**
   * Whom the command runs as, and nothing else: `1000`, `1000:100`, `nobody`. To let that user work with
   * Nix, set the argument `user` as well.
   * Default: as `user` says.
   */
  readonly user?: string | null | undefined;
  /** Ports that it listens on: `["8080", "53/udp"]`. Default: none. */
  readonly exposedPorts?: readonly string[] | null | undefined;
  /** Directories whose contents outlive the container. Default: none. */
  readonly volumes?: readonly string[] | null | undefined;
  /** The signal that ends it: `SIGINT`, `SIGRTMIN+3`. Default: `SIGTERM`. */
  readonly stopSignal?: string | null | undefined;
}

/** What is put before and behind the value that a variable has anyway, with a colon. */
export interface EnvChange {
  /** Comes before the value. */
  readonly prepend?: string | undefined;
  /** Comes behind the value. */
  readonly append?: string | undefined;
}

export interface Compat {
  /** A job's `container` on GitHub Actions: the Node that the runner mounts can run. Default: `false`. */
  readonly githubActions?: boolean | undefined;
  /**
   * A job's image on Forgejo and Gitea: also `/bin/sleep`, and `nodejs` from the lock unless `extraPkgs`
   * has one.
   * Default: `false`.
   */
  readonly forgejo?: boolean | undefined;
  /** A job's image on GitLab. Default: `false`. */
  readonly gitlab?: boolean | undefined;
  /**
   * A dev container: the server of VS Code can run. `sed` and `getconf` are added where the lock has
   * them.
   * Default: `false`.
   */
  readonly devContainer?: boolean | undefined;
}

/** Give one of `text`, `source`, `target` and `directory`. */
export interface ImageFile {
  /** A file with this text in UTF-8, as it is. */
  readonly text?: string | undefined;
  /** A copy of this file, or of a directory and everything in it, from disk. */
  readonly source?: string | undefined;
  /** A symbolic link that leads there. */
  readonly target?: string | undefined;
  /** A directory, empty unless other entries are in it. */
  readonly directory?: true | undefined;
  /**
   * Octal digits: `"0600"`. Of a directory from disk, the mode of the directory itself.
   * Default: 0644; 0755 for directories and executables.
   */
  readonly mode?: string | undefined;
  /**
   * The owner, also of everything in a directory from disk.
   * Default: 0; below the home of `user`, that user.
   */
  readonly uid?: number | undefined;
  /** The group, likewise. Default: 0; the group of `user`, where that is the owner. */
  readonly gid?: number | undefined;
}

export interface Sign {
  /** Path of a PEM file with a private key: that of `cosign generate-key-pair`, or PKCS#8. */
  readonly keyFile?: string | undefined;
  /** Name of the environment variable that holds the same text. */
  readonly keyEnv?: string | undefined;
  /** Stands in the state, in place of the key. Programs do not set it. */
  readonly fingerprint?: string | undefined;
}

export interface Archive {
  /** A `"docker-archive"`, which `docker load` reads, holds one platform. */
  readonly type: "oci-layout" | "docker-archive";
  /**
   * Where to write. An oci-layout is a folder of its own, or one file when the name ends in `.tar`; a
   * docker-archive is a file whose name ends in `.tar`, `.tar.gz` or `.tgz`.
   */
  readonly path: string;
  /**
   * Also write the file's name for Hydra into `nix-support/hydra-build-products` next to it.
   * Default: false.
   */
  readonly hydraBuildProducts?: boolean | undefined;
}

/** What a program writes: every property may also be an Output, at any depth. */
export type LixImageArgs = { readonly [K in keyof LixImageInputs]: DeepInput<LixImageInputs[K]> };

/** {@link Input} at every depth. */
export type DeepInput<T> = T extends object
  ? Input<{ readonly [K in keyof T]: DeepInput<T[K]> }>
  : Input<T>;

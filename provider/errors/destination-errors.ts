/** What goes wrong with archives, OCI layouts and Docker. @module */
import { entry } from "./entry.ts";

export const DESTINATION_ERRORS = {
  ARCHIVE_DAMAGED: entry<{ file: string; digest: string }>({
    meaning:
      "An archive file was changed after it was written, so its tags cannot be changed. Remove the file, and the next run writes it again.",
    message: ({ file, digest }) =>
      `${file}: expected contents with sha256:${digest}; got different ones`,
    hint: "the file was changed after it was written: remove it, and the next run writes it again",
  }),
  ARCHIVE_IS_FOLDER: entry<{ file: string }>({
    meaning: "An archive should be one file, but there is a folder at its path.",
    message: ({ file }) => `${file}: expected a file, or a path where nothing is yet; got a folder`,
    hint: "name a file in the folder, such as image.tar",
  }),
  DESTINATION_UNUSABLE: entry<{ place: string; isFull: boolean }>({
    meaning:
      "The folder or file that the image goes to cannot be read or written: no space left, or no permission.",
    message: ({ place, isFull }) =>
      isFull ? `${place}: no space left on its disk` : `${place}: cannot be used`,
    hint: ({ isFull }) =>
      isFull
        ? "free some space, or name a place on a larger disk"
        : "name a place that this user may read and write",
  }),
  DOCKER_REFUSED: entry<{ description: string; reason: string }>({
    meaning: "The Docker daemon did not load the image; the message has its reason.",
    message: ({ description, reason }) =>
      `docker daemon at ${description}: did not load the image: ${reason}`,
  }),
  DOCKER_UNREACHABLE: entry<{ description: string }>({
    meaning: "Nothing answers at the address of the Docker daemon.",
    message: ({ description }) => `docker daemon at ${description}: cannot be reached`,
    hint: "is it running, and may this user connect to it? DOCKER_HOST can name another daemon; --podman needs none",
  }),
  IMAGE_UNREADABLE: {
    meaning:
      "`inspect` or `verify` finds no image, or only a part of one, at the place that the command line names.",
  },
  LAYER_UNDECODABLE: entry<{ from: string; mediaType: string }>({
    meaning: "A layer's blob cannot be decompressed.",
    message: ({ from, mediaType }) => `${from}: cannot be decompressed as ${mediaType}`,
    hint: "the blob is damaged: remove it, or the local cache, and build again",
  }),
  MANIFEST_NOT_KEPT: entry<{ repository: string; digest: string }>({
    meaning: "A registry accepted a manifest but does not serve it. No tag was moved; try again.",
    message: ({ repository, digest }) =>
      `${repository}: manifest ${digest} was accepted but is not there`,
    hint: "the registry loses what it accepts, or needs time to serve it: try again; no tag was moved",
  }),
  MISSING_BLOB: entry<{ where: string; digest: string }>({
    meaning: "An OCI layout refers to a blob that it does not contain.",
    message: ({ where, digest }) => `${where}: expected blob ${digest}; got no such file`,
    hint: "the layout is incomplete: build or copy it again",
  }),
  NOT_AN_OCI_LAYOUT: { meaning: "The folder to write to holds something else." },
  NO_DOCKER_CONTEXT: entry<{ name: string; file: string }>({
    meaning: "Docker's config folder has no endpoint for the Docker context in use.",
    message: ({ name, file }) =>
      `docker context ${JSON.stringify(name)}: expected ${file} to name its endpoint; got none`,
    hint: "`docker context ls` lists the contexts; DOCKER_HOST takes precedence over all of them",
  }),
  NO_PODMAN: entry<Record<never, never>>({
    meaning: "`lix-image load --podman` found neither podman nor skopeo.",
    message: () => "containers-storage: neither podman nor skopeo is installed",
    hint: "install one of them, or write a file: `lix-image build --docker-archive image.tar`",
  }),
  NO_SUCH_IMAGE: entry<{ where: string; reference: string | undefined; names: readonly string[] }>({
    meaning:
      "An OCI layout or docker archive has no image of that name, or it has several and the command names none.",
    message: ({ where, reference, names }) =>
      `${where}: expected ${reference ?? "exactly one image"}; got ${names.join(", ") || "none"}`,
    hint: ({ reference }) =>
      reference === undefined ? "name one by its tag or digest" : undefined,
  }),
  ONE_PLATFORM_ONLY: entry<{ where: string; platforms: number }>({
    meaning: "A docker archive cannot hold an image of several platforms.",
    message: ({ where, platforms }) =>
      `${where}: expected an image of one platform; got one of ${platforms}`,
    hint: "a docker archive holds one: name one system, or write an oci-layout",
  }),
  PODMAN_FAILED: entry<{ program: string; stderr: string }>({
    meaning: "podman or skopeo did not load the image; the message has its reason.",
    message: ({ program, stderr }) =>
      `${program} did not load the image: ${stderr || "it does not say why"}`,
  }),
  TAG_NOT_KEPT: entry<{ reference: string; expected: string; got: string | undefined }>({
    meaning:
      "Right after the push, the tag points to something else. Perhaps another push ran at the same time.",
    message: ({ reference, expected, got }) =>
      `${reference}: expected ${expected} right after it was pushed; got ${got ?? "no such tag"}`,
    hint: "does something else push to this tag at the same time?",
  }),
  UNSUPPORTED_DOCKER_HOST: entry<{ host: string }>({
    meaning: "The address of the Docker daemon is neither a socket nor TCP, but for example ssh.",
    message: ({ host }) => `docker daemon: expected unix://, npipe:// or tcp://; got ${host}`,
    hint: "`lix-image build --docker-archive image.tar`, then `docker load -i image.tar`",
  }),
};

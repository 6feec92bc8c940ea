/** What goes wrong with archives, OCI layouts and Docker. @module */

export const DESTINATION_ERRORS = {
  ARCHIVE_DAMAGED: {
    meaning:
      "An archive file was changed after it was written, so it gets no other tags. Remove it, and it is written anew.",
  },
  ARCHIVE_IS_FOLDER: { meaning: "A folder is where an archive in one file should go." },
  DESTINATION_UNUSABLE: {
    meaning:
      "The folder or file that the image goes to cannot be read or written: no space left, or no permission.",
  },
  DOCKER_REFUSED: { meaning: "The Docker daemon did not load the image; it says why." },
  DOCKER_UNREACHABLE: { meaning: "Nothing answers where the Docker daemon should be." },
  IMAGE_UNREADABLE: {
    meaning: "`inspect` or `verify` finds no image where the command line says, or not all of it.",
  },
  LAYER_UNDECODABLE: { meaning: "A layer's blob does not decompress." },
  MANIFEST_NOT_KEPT: {
    meaning: "A registry took a manifest and does not show it. No tag was moved; try again.",
  },
  MISSING_BLOB: { meaning: "An OCI layout names a blob that it does not hold." },
  NOT_AN_OCI_LAYOUT: { meaning: "The folder to write to holds something else." },
  NO_DOCKER_CONTEXT: { meaning: "The Docker context in use has no endpoint in Docker's folder." },
  NO_PODMAN: { meaning: "`lix-image load --podman` found neither podman nor skopeo." },
  NO_SUCH_IMAGE: {
    meaning:
      "An OCI layout or docker archive has no image of that name, or several and none was named.",
  },
  ONE_PLATFORM_ONLY: { meaning: "A docker archive cannot hold an image of several platforms." },
  PODMAN_FAILED: { meaning: "podman or skopeo did not load the image; it says why." },
  TAG_NOT_KEPT: {
    meaning:
      "Right after the push the tag points to something else: another push at the same time?",
  },
  UNSUPPORTED_DOCKER_HOST: {
    meaning:
      "The Docker daemon is to be reached by something else than a socket or TCP, such as ssh.",
  },
};

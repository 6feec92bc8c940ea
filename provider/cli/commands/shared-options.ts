/** Options that several commands have. @module */

export const JSON_OPTION = {
  type: "boolean",
  default: false,
  doc: "Prints one JSON object.",
} as const;

/** An image outside a registry. */
export const ARCHIVE_OPTIONS = {
  oci: {
    type: "string",
    value: "DIR|FILE.tar",
    isPath: true,
    doc: "The image is in an OCI image layout: a folder, or a tar of one.",
  },
  "docker-archive": {
    type: "string",
    value: "FILE",
    isPath: true,
    doc: "The image is in a docker archive, as `docker save` writes it.",
  },
} as const;

/** What REF means together with one of them. */
export const REF_IN_ARCHIVE =
  "When a layout or an archive holds several images, REF is the tag or the digest of the one that is meant.";

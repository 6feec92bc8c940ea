/** Written by test/support/generate.ts out of provider/arguments/table.ts: do not edit. @module */

/** Arguments that can be read in the image, its labels or its references. */
export const PUBLISHED_ARGUMENTS = [
  "registry",
  "repository",
  "name",
  "tag",
  "extraTags",
  "lixRevision",
  "channelName",
  "channelUrl",
  "extraPkgs",
  "nixConf",
  "created",
  "user",
  "config",
  "annotations",
  "files",
  "mirrors",
] as const;

/** Arguments that decide what is in the image. */
export const CONTENT_ARGUMENTS = [
  "lock",
  "systems",
  "lixRevision",
  "bundleNixpkgs",
  "channelName",
  "channelUrl",
  "extraPkgs",
  "maxLayers",
  "layering",
  "nixConf",
  "flakeRegistry",
  "created",
  "compression",
  "user",
  "config",
  "annotations",
  "gcRoots",
  "compat",
  "files",
] as const;

/** Where else the image goes, and what preview, refresh and destroy do. @module */
import { resolve } from "node:path";
import { z } from "zod";
import type { Json } from "../../base/canonical-json.ts";
import { Repository } from "../../formats/oci/reference.ts";
import { argument, TRUE_OR_FALSE, type Given } from "../argument.ts";
import { JsonPath } from "../json-path.ts";

/** The only type that can be right, where a path allows no other. */
function anyArchiveType(given: Given, path: JsonPath): string {
  const { path: file, hydraBuildProducts } = Object(JsonPath.read(given, path.slice(0, -1)));
  return hydraBuildProducts === true && !String(file).endsWith(".tar")
    ? "docker-archive"
    : "oci-layout";
}

// Not strict, since another version may have written it.
const RecordedArchives = z
  .array(
    z.object({
      type: z.string(),
      path: z.string(),
      hydraBuildProducts: z.boolean().default(false),
    }),
  )
  .catch([]);

/** The same files, however their paths are written and in whatever order. */
const archiveFiles = (value: unknown, directory: string): Json =>
  RecordedArchives.parse(value)
    .map((archive) => ({ ...archive, path: resolve(directory, archive.path) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

/** In their order, which is that of `mirrorRefs`; whether one has plain http counts. */
const repositories = (value: unknown): Json =>
  z
    .array(z.string())
    .catch([])
    .parse(value)
    .map((text) => ({ ...Repository.parse(text) }));

const flag = (value: unknown): Json => value === true;

export const OPERATIONS = {
  mirrors: argument({
    schema: z.array(z.string().min(1)).readonly().default([]),
    type: "readonly string[]",
    doc:
      'Further repositories that get the same image under the same tags: `["registry-b.example/acme/lix"]`. ' +
      "`ref` names the image in the first repository, `mirrorRefs` those in the mirrors. A mirror that is " +
      "removed from the list keeps the image, unless `deleteFromRegistry` is set.",
    expected: "a list of repositories",
    parts: {
      "[]": {
        expected: 'a host and a name, such as "ghcr.io/acme/lix"',
        placeholder: (_, path) => `unknown.invalid/${path.at(-1)}`,
      },
    },
    outputs: ["mirrorRefs"],
    isPublished: true,
    diff: repositories,
  }),
  mirrorFailure: argument({
    schema: z.enum(["error", "warn"]).default("error"),
    type: '"error" | "warn"',
    doc:
      'What happens when a mirror does not accept the image. `"error"`: `up` fails, and what uses `ref` waits. ' +
      '`"warn"`: `up` goes on with a warning. In both cases the next `up` tries that mirror again.',
    expected: '"error" or "warn"',
    isPublic: true,
    outputs: [],
    isPublished: false,
    diff: "ignored",
  }),
  archives: argument({
    schema: z
      .array(
        z.strictObject({
          type: z.enum(["oci-layout", "docker-archive"]),
          path: z.string().min(1),
          hydraBuildProducts: z.boolean().optional(),
        }),
      )
      .readonly()
      .default([]),
    type: "readonly Archive[]",
    doc: "Also write the image to disk, on create and update only.",
    expected: "a list of { type, path }",
    parts: {
      "[]": {
        interface: "Archive",
        expected: "an object { type, path }",
        placeholder: (_, path) => ({ type: "oci-layout", path: `unknown-${path.at(-1)}` }),
      },
      "[].type": {
        type: '"oci-layout" | "docker-archive"',
        doc: 'A `"docker-archive"`, which `docker load` reads, holds one platform.',
        expected: '"oci-layout" or "docker-archive"',
        isPublic: true,
        placeholder: anyArchiveType,
      },
      "[].path": {
        type: "string",
        doc:
          "Where to write. An oci-layout is a folder of its own, or one file when the name ends in `.tar`; a " +
          "docker-archive is a file whose name ends in `.tar`, `.tar.gz` or `.tgz`.",
        expected: "the path to write to",
        // A name for every type.
        placeholder: (_, path) => `unknown-${path.at(-2)}.tar`,
      },
      "[].hydraBuildProducts": {
        type: "boolean | undefined",
        doc: "Also write the file's name for Hydra into `nix-support/hydra-build-products` next to it.",
        default: "false",
        expected: TRUE_OR_FALSE,
      },
    },
    outputs: [],
    isPublished: false,
    diff: archiveFiles,
  }),
  previewDigests: argument({
    schema: z.boolean().default(true),
    type: "boolean",
    doc: "`false`: a preview downloads nothing, and a digest that would need a download is unknown until `up`.",
    expected: TRUE_OR_FALSE,
    // It may forbid downloads.
    placeholder: () => false,
    // While it is unknown it counts as false: what a preview cannot know without a download is unknown then.
    outputs: [],
    isPublished: false,
    diff: "ignored",
  }),
  deleteFromRegistry: argument({
    schema: z.boolean().default(false),
    type: "boolean",
    doc:
      "On destroy or replacement, delete from the registry and its mirrors the tags that still point to this " +
      "image, and the manifest if no other tag points to it. On update, delete the tags that the program no " +
      "longer names. Leave it off if another stack pushes the same tag: that stack would lose the image.",
    expected: TRUE_OR_FALSE,
    outputs: [],
    isPublished: false,
    diff: flag,
  }),
  verifyBlobs: argument({
    schema: z.boolean().default(false),
    type: "boolean",
    doc:
      "A refresh and a push also ask for every layer and config, with one small request each, because " +
      "registries can lose blobs that a manifest names. The next `up` with a change or drift sends what is missing.",
    expected: TRUE_OR_FALSE,
    outputs: [],
    isPublished: false,
    diff: flag,
  }),
};

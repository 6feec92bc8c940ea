/** The lock, and the names under which the image is pushed. @module */
import { z } from "zod";
import { argument, IMAGE_OUTPUTS, type Given } from "../argument.ts";

/** With `repository`, a name would be wrong. Without it, Docker Hub demands a namespace. */
const anyName = (given: Given): string | undefined =>
  given["repository"] === undefined ? "unknown/lix" : undefined;

export const NAMES = {
  lock: argument({
    schema: z.string().min(1).default("lix-image.lock.json"),
    type: "string",
    doc: "Path of the lock file that names all packages.",
    expected: "the path of a lock file",
    outputs: [...IMAGE_OUTPUTS, "version", "labels", "packages"],
    isPublished: false,
    diff: "planKey",
  }),
  registry: argument({
    schema: z.string().min(1).optional(),
    type: "string",
    doc:
      "Host and optional namespace: `ghcr.io/acme`, `localhost:5000`. Begin it with `http://` for plain http, " +
      "which loopback addresses have by default; the scheme is not part of any reference.",
    expected: 'a host, such as "ghcr.io/acme"',
    outputs: ["ref", "taggedRefs"],
    isPublished: true,
    diff: "repository",
  }),
  repository: argument({
    schema: z.string().min(1).optional(),
    type: "string",
    doc: "In place of `registry` and `name`: the whole repository, such as an ECR `repositoryUrl`.",
    expected: 'a host and a name, such as "ghcr.io/acme/lix"',
    outputs: ["ref", "taggedRefs"],
    isPublished: true,
    diff: "repository",
  }),
  name: argument({
    schema: z.string().min(1).optional(),
    type: "string",
    doc: "Name of the repository below `registry`, lower-cased.",
    default: '`"lix"`',
    expected: "the name of a repository",
    placeholder: anyName,
    outputs: ["ref", "taggedRefs"],
    isPublished: true,
    diff: "repository",
  }),
  tag: argument({
    schema: z.string().min(1).default("latest"),
    type: "string",
    doc:
      "The tag. `{version}` becomes the version of the Lix in the image (`2.93.3`), `{major}` its first two " +
      "parts (`2.93`), `{planKey}` the planKey.",
    expected: "a tag",
    outputs: ["taggedRefs"],
    isPublished: true,
    diff: "taggedRefs",
  }),
  extraTags: argument({
    schema: z.array(z.string().min(1)).readonly().default([]),
    type: "readonly string[]",
    doc: "More tags for the same digest, with the same placeholders.",
    expected: "a list of tags",
    parts: { "[]": { expected: "a tag", placeholder: () => "latest" } },
    outputs: ["taggedRefs"],
    isPublished: true,
    diff: "taggedRefs",
  }),
};

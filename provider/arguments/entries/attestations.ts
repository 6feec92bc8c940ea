/** The documents about an image that are attached to it. @module */
import { z } from "zod";
import type { Json } from "../../base/canonical-json.ts";
import { argument, TRUE_OR_FALSE } from "../argument.ts";

export const SBOM_FORMATS = ["spdx", "cyclonedx"] as const;
export type SbomFormat = (typeof SBOM_FORMATS)[number];

const format = z.enum(SBOM_FORMATS);
const EXPECTED_FORMAT = '"spdx" or "cyclonedx"';

/** Each once, in the order of the table, however they are written. A state of an earlier version has none. */
export const sbomFormats = (value: unknown): readonly SbomFormat[] =>
  SBOM_FORMATS.filter((each) => each === value || (Array.isArray(value) && value.includes(each)));

const flag = (value: unknown): Json => value === true;

export const ATTESTATIONS = {
  sbom: argument({
    schema: z.union([format, z.array(format).readonly()]).default([]),
    type: '"spdx" | "cyclonedx" | readonly ("spdx" | "cyclonedx")[]',
    doc:
      "Attach a software bill of materials to the image, in SPDX 2.3 or CycloneDX 1.6, or in both: " +
      '`["spdx", "cyclonedx"]`. It lists every store path with its version, license, hash, references and layer. The digest ' +
      "of the image does not change, because the document is an OCI referrer of it. See [bills of materials](trust.md#bills-of-materials).",
    expected: `${EXPECTED_FORMAT}, or a list of them`,
    isPublic: true,
    hint: (value) => (value === true ? 'name the format, such as sbom: "spdx"' : undefined),
    parts: { "[]": { expected: EXPECTED_FORMAT, isPublic: true, placeholder: () => "spdx" } },
    outputs: [],
    isPublished: false,
    diff: sbomFormats,
  }),
  provenance: argument({
    schema: z.boolean().default(false),
    type: "boolean",
    doc:
      "Attach provenance to the image: an in-toto statement with SLSA's predicate. It says which lock and arguments the " +
      "image is made from, and for each store path its hash and the key that signed it. See [provenance]" +
      "(trust.md#provenance).",
    expected: TRUE_OR_FALSE,
    outputs: [],
    isPublished: false,
    diff: flag,
  }),
};

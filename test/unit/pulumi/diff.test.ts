import assert from "node:assert/strict";
import { test } from "node:test";
import { diff } from "../../support/compare.ts";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

/** What check answers for an image. */
const NEWS: PropertyMap = {
  registry: "ghcr.io/acme",
  tag: "latest",
  extraTags: [],
  archives: [],
  deleteFromRegistry: false,
  previewDigests: true,
  ref: `ghcr.io/acme/lix@${digest("a")}`,
  digest: digest("a"),
  taggedRefs: ["ghcr.io/acme/lix:latest"],
  version: "2.93.3",
  labels: { "org.opencontainers.image.version": "2.93.3" },
  packages: { nix: "2.93.3" },
  platforms: { "linux/amd64": { digest: digest("a"), configDigest: digest("c"), size: 1 } },
  size: 1,
  planKey: "1".repeat(64),
  __state: "one",
  __provider: "text",
};
/** What create answered for them. */
const OLDS: PropertyMap = { ...NEWS, layers: [{ digest: digest("d") }], drift: [] };

const ARCHIVE = { type: "oci-layout", path: "out" };
const otherRegistry = {
  registry: "quay.io/acme",
  ref: `quay.io/acme/lix@${digest("a")}`,
  taggedRefs: ["quay.io/acme/lix:latest"],
};

type Verdict = "same" | "update" | "replace";

const TABLE: readonly {
  readonly what: string;
  readonly verdict: Verdict;
  readonly news?: PropertyMap;
  readonly olds?: PropertyMap;
}[] = [
  { what: "nothing changed", verdict: "same" },
  {
    what: "other contents",
    verdict: "update",
    news: {
      planKey: "2".repeat(64),
      digest: digest("b"),
      ref: `ghcr.io/acme/lix@${digest("b")}`,
    },
  },
  {
    what: "another digest by another compressor, for the same contents",
    verdict: "same",
    news: { digest: digest("b"), ref: `ghcr.io/acme/lix@${digest("b")}` },
  },
  {
    what: "another tag",
    verdict: "update",
    news: { tag: "v1", taggedRefs: ["ghcr.io/acme/lix:v1"] },
  },
  {
    what: "a tag more",
    verdict: "update",
    news: {
      extraTags: ["v1"],
      taggedRefs: ["ghcr.io/acme/lix:latest", "ghcr.io/acme/lix:v1"],
    },
  },
  {
    what: "the same tags in another order",
    verdict: "same",
    olds: {
      extraTags: ["v1"],
      taggedRefs: ["ghcr.io/acme/lix:latest", "ghcr.io/acme/lix:v1"],
    },
    news: {
      tag: "v1",
      extraTags: ["latest"],
      taggedRefs: ["ghcr.io/acme/lix:v1", "ghcr.io/acme/lix:latest"],
    },
  },
  { what: "another registry", verdict: "replace", news: otherRegistry },
  {
    what: "another name",
    verdict: "replace",
    news: {
      name: "ci",
      ref: `ghcr.io/acme/ci@${digest("a")}`,
      taggedRefs: ["ghcr.io/acme/ci:latest"],
    },
  },
  {
    what: "the same place in other words",
    verdict: "same",
    news: { registry: undefined, repository: "ghcr.io/acme/lix" },
  },
  {
    what: "a registry that is to be spoken to in plain http now",
    verdict: "update",
    news: { registry: "http://ghcr.io/acme" },
  },
  {
    what: "an unknown registry, which may turn out to be the same",
    verdict: "update",
    news: { registry: UNKNOWN, ref: UNKNOWN, taggedRefs: UNKNOWN },
  },
  {
    what: "unknown contents",
    verdict: "update",
    news: { nixConf: UNKNOWN, ref: UNKNOWN, digest: UNKNOWN, planKey: UNKNOWN },
  },
  { what: "an archive more", verdict: "update", news: { archives: [ARCHIVE] } },
  {
    what: "the same archive",
    verdict: "same",
    olds: { archives: [ARCHIVE] },
    news: { archives: [ARCHIVE] },
  },
  {
    what: "an archive whose path is unknown",
    verdict: "update",
    olds: { archives: [ARCHIVE] },
    news: { archives: [{ ...ARCHIVE, path: UNKNOWN }] },
  },
  { what: "a mirror more", verdict: "update", news: { mirrors: ["b.example/lix"] } },
  { what: "mirrors that are unknown", verdict: "update", news: { mirrors: UNKNOWN } },
  { what: "no mirrors, of which older states say nothing", verdict: "same", news: { mirrors: [] } },
  {
    what: "deleteFromRegistry, which a later delete goes by",
    verdict: "update",
    news: { deleteFromRegistry: true },
  },
  {
    what: "verifyBlobs, which a later refresh goes by",
    verdict: "update",
    news: { verifyBlobs: true },
  },
  { what: "a bill of materials more", verdict: "update", news: { sbom: "spdx" } },
  { what: "a bill of materials less", verdict: "update", olds: { sbom: ["spdx"] } },
  {
    what: "the same bill of materials, in a list",
    verdict: "same",
    olds: { sbom: "spdx" },
    news: { sbom: ["spdx"] },
  },
  { what: "an unknown sbom", verdict: "update", news: { sbom: UNKNOWN } },
  { what: "provenance that is switched on", verdict: "update", news: { provenance: true } },
  {
    what: "no documents, of which older states say nothing",
    verdict: "same",
    news: { sbom: [], provenance: false },
  },
  {
    what: "an unknown deleteFromRegistry",
    verdict: "update",
    news: { deleteFromRegistry: UNKNOWN },
  },
  {
    what: "drift that a refresh found",
    verdict: "update",
    olds: { drift: ["tag latest is gone"], taggedRefs: [] },
  },
  {
    what: "previewDigests, state and the provider's text",
    verdict: "same",
    news: { previewDigests: false, __state: "other", __provider: "other" },
  },
];

for (const { what, verdict, news = {}, olds = {} } of TABLE)
  test(`${verdict}: ${what}`, () => {
    const result = diff(JSON.parse(JSON.stringify({ ...OLDS, ...olds })), { ...NEWS, ...news });
    const got: Verdict =
      result.replaces.length > 0 ? "replace" : result.changes ? "update" : "same";
    assert.equal(got, verdict);
    // The old image may have the same digest: it is not removed before the new one is there.
    assert.equal(result.deleteBeforeReplace, false);
  });

test("a state that knows less than we do is a change, not a failure", () => {
  for (const olds of [{}, { planKey: 7 }, { ...OLDS, taggedRefs: "x", drift: null }])
    assert.equal(diff(olds, NEWS).changes, true);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ReferrersIndex } from "../../../../provider/formats/oci/referrers-index.ts";
import { attachedTo, entryOf } from "../../../support/attached.ts";
import { sampleImage } from "../../../support/sample-image.ts";

const OURS = attachedTo(sampleImage("an image").root, "application/spdx+json");
const parse = (document: unknown): ReferrersIndex =>
  ReferrersIndex.parse(Buffer.from(JSON.stringify(document)), "here");
const texts = (index: ReferrersIndex): unknown =>
  JSON.parse(Buffer.from(ReferrersIndex.format(index)).toString());

// What other clients have written, and what no registry checks.
const THEIRS = [
  { digest: `sha512:${"a".repeat(128)}`, artifactType: "a/b", data: "e30=", urls: [] },
  { digest: "sha256:short", size: "a text", annotations: [1], mediaType: null },
  {},
  "no object",
];

test("an index is read and written again with all that others have in it", () => {
  const document = {
    schemaVersion: 2,
    subject: { x: 1 },
    annotations: { a: "b" },
    manifests: THEIRS,
  };
  const both = ReferrersIndex.add(parse(document), [OURS]);
  const mediaType = "application/vnd.oci.image.index.v1+json";
  assert.deepEqual(texts(both), { mediaType, ...document, manifests: [...THEIRS, entryOf(OURS)] });
  const without = ReferrersIndex.remove(both, new Set([OURS.digest]));
  assert.deepEqual(texts(without), { mediaType, ...document });
});

test("entries are read as far as they are understood", () => {
  const listed = ReferrersIndex.referrers(parse({ schemaVersion: 2, manifests: THEIRS }));
  assert.deepEqual(
    listed.map(({ digest, artifactType, size }) => [digest.slice(0, 8), artifactType, size]),
    [
      ["sha512:a", "a/b", undefined],
      ["sha256:s", undefined, undefined],
    ],
  );
  assert.deepEqual(ReferrersIndex.referrers(parse({ schemaVersion: 2, manifests: null })), []);
});

test("an index that needs no change is the same afterwards", () => {
  const index = ReferrersIndex.add(ReferrersIndex.empty, [OURS]);
  assert.equal(ReferrersIndex.add(index, [OURS]), index);
  assert.equal(
    ReferrersIndex.remove(ReferrersIndex.empty, new Set([OURS.digest])),
    ReferrersIndex.empty,
  );
});

test("the tag of a list is the subject's digest with a dash", () => {
  assert.equal(ReferrersIndex.tag(OURS.subject), OURS.subject.replace(":", "-"));
  assert.ok(ReferrersIndex.isTag(ReferrersIndex.tag(OURS.subject)));
  assert.ok(!ReferrersIndex.isTag(`${ReferrersIndex.tag(OURS.subject)}.sig`));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { attachedManifest } from "../../../../provider/formats/oci/attachment.ts";
import { Digest } from "../../../../provider/formats/oci/digest.ts";
import { MediaType } from "../../../../provider/formats/oci/media-type.ts";

const SUBJECT = {
  mediaType: MediaType.index,
  digest: Digest.parse(`sha256:${"5".repeat(64)}`),
  size: 99,
  // Nothing else of a descriptor belongs to a subject.
  annotations: { of: "another place" },
};
const DOCUMENT = Bytes.fromText('{"spdxVersion":"SPDX-2.3"}');
const EMPTY = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

test("an attachment is a manifest with an artifactType, the empty config and its subject", async () => {
  const attached = attachedManifest(
    {
      artifactType: "application/spdx+json",
      layer: { mediaType: "application/spdx+json", bytes: DOCUMENT, annotations: { b: "<2>" } },
      annotations: { z: "last", a: "first" },
    },
    SUBJECT,
  );
  assert.equal(
    Buffer.from(attached.bytes).toString(),
    `{"schemaVersion":2,"mediaType":"${MediaType.manifest}","artifactType":"application/spdx+json",` +
      `"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"${EMPTY}","size":2,"data":"e30="},` +
      `"layers":[{"mediaType":"application/spdx+json","digest":"${Digest.of(DOCUMENT)}","size":26,` +
      '"annotations":{"b":"\\u003c2\\u003e"}}],' +
      `"subject":{"mediaType":"${MediaType.index}","digest":"${SUBJECT.digest}","size":99},` +
      '"annotations":{"a":"first","z":"last"}}',
  );
  assert.equal(attached.digest, Digest.of(attached.bytes));
  assert.equal(attached.subject, SUBJECT.digest);
  const blobs = await Promise.all(
    attached.blobs.map(async ({ digest, open }) => [digest, await Bytes.collect(open(), 100)]),
  );
  assert.deepEqual(blobs, [
    [Digest.of(DOCUMENT), DOCUMENT],
    [EMPTY, Bytes.fromText("{}")],
  ]);
});

test("an attachment without annotations has none, not an empty map", () => {
  const layer = { mediaType: "text/plain", bytes: DOCUMENT };
  const { bytes } = attachedManifest({ artifactType: "a/b", layer, annotations: {} }, SUBJECT);
  assert.ok(!Buffer.from(bytes).includes("annotations"));
});

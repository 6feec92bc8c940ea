import assert from "node:assert/strict";
import { test } from "node:test";
import { DiffId, Digest } from "../../../../provider/formats/oci/digest.ts";
import { imageIndex, imageManifest } from "../../../../provider/formats/oci/manifest.ts";
import { MediaType } from "../../../../provider/formats/oci/media-type.ts";
import { readManifest } from "../../../../provider/formats/oci/read-manifest.ts";
import { hasCode } from "../../../support/has-code.ts";

const digest = (digit: string): Digest => Digest.parse(`sha256:${digit.repeat(64)}`);
const CONFIG = { mediaType: MediaType.config, digest: digest("c"), size: 7 };
const LAYER = {
  diffId: DiffId.parse(digest("d")),
  digest: digest("1"),
  size: 42,
  mediaType: MediaType.layerZstd,
};

test("a manifest says what it is, and names config and layers in order", () => {
  const { bytes, ...blob } = imageManifest({ config: CONFIG, layers: [LAYER] });
  assert.equal(
    Buffer.from(bytes).toString(),
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
      `"config":{"mediaType":"${MediaType.config}","digest":"${CONFIG.digest}","size":7},` +
      `"layers":[{"mediaType":"${MediaType.layerZstd}","digest":"${LAYER.digest}","size":42}]}`,
  );
  assert.deepEqual(blob, { digest: Digest.of(bytes), mediaType: MediaType.manifest });
  assert.deepEqual(readManifest(bytes, "here"), {
    kind: "manifest",
    mediaType: MediaType.manifest,
    annotations: {},
    config: CONFIG,
    layers: [{ mediaType: LAYER.mediaType, digest: LAYER.digest, size: 42 }],
  });
});

const entry = (
  digit: string,
  platform: { architecture: string; os: string; variant?: string },
) => ({
  mediaType: MediaType.manifest,
  digest: digest(digit),
  size: 9,
  platform,
});
const ARM = entry("a", { architecture: "arm64", os: "linux" });
const ARM7 = entry("7", { architecture: "arm", os: "linux", variant: "v7" });
const AMD = entry("b", { architecture: "amd64", os: "linux" });

test("an index is sorted by platform, so its bytes do not depend on the order asked for", () => {
  const annotations = { b: "&", a: "1" };
  const { bytes, mediaType } = imageIndex({ manifests: [ARM, ARM7, AMD], annotations });
  assert.deepEqual(imageIndex({ manifests: [AMD, ARM, ARM7], annotations }).bytes, bytes);
  assert.equal(mediaType, MediaType.index);
  const read = readManifest(bytes, "here");
  assert.deepEqual(read.kind === "index" && read.manifests, [AMD, ARM7, ARM]);
  assert.match(Buffer.from(bytes).toString(), /"annotations":\{"a":"1","b":"\\u0026"\}\}$/);
});

test("an index of two images for one platform is refused", () => {
  assert.throws(() => imageIndex({ manifests: [AMD, ARM, { ...AMD }] }), {
    code: "DUPLICATE_PLATFORM",
  });
  const other = { ...ARM7, platform: { ...ARM7.platform, variant: "v6" } };
  assert.doesNotThrow(() => imageIndex({ manifests: [ARM7, other] }));
});

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const MANIFEST = { schemaVersion: 2, config: CONFIG, layers: [] };

test("reads Docker's manifests and those without a media type", () => {
  assert.equal(readManifest(json(MANIFEST), "here").mediaType, MediaType.manifest);
  const docker = { ...MANIFEST, mediaType: MediaType.dockerManifest };
  assert.equal(readManifest(json(docker), "here").mediaType, MediaType.dockerManifest);
  const list = { schemaVersion: 2, mediaType: MediaType.dockerList, manifests: [AMD] };
  assert.equal(readManifest(json(list), "here").kind, "index");
});

for (const [what, bytes, error] of [
  ["text", Buffer.from("not found"), { code: "MALFORMED_DOCUMENT" }],
  [
    "bytes that are not UTF-8",
    Buffer.from('{"a":"\xff"}', "latin1"),
    { code: "MALFORMED_DOCUMENT" },
  ],
  ["schema 1", json({ ...MANIFEST, schemaVersion: 1 }), { code: "MALFORMED_DOCUMENT" }],
  ["neither kind", json({ schemaVersion: 2 }), { code: "MALFORMED_DOCUMENT" }],
  ["both kinds", json({ ...MANIFEST, manifests: [] }), { code: "MALFORMED_DOCUMENT" }],
  [
    "a manifest that says index",
    json({ ...MANIFEST, mediaType: MediaType.index }),
    { code: "WRONG_MEDIA_TYPE" },
  ],
  [
    "another media type",
    json({ ...MANIFEST, mediaType: "text/html" }),
    { code: "MALFORMED_DOCUMENT" },
  ],
  [
    "a digest that is none",
    json({ ...MANIFEST, config: { ...CONFIG, digest: "sha256:x" } }),
    { code: "MALFORMED_DOCUMENT" },
  ],
  [
    "a negative size",
    json({ ...MANIFEST, layers: [{ ...CONFIG, size: -1 }] }),
    { code: "MALFORMED_DOCUMENT" },
  ],
  [
    "a size beyond 2^53",
    json({ ...MANIFEST, layers: [{ ...CONFIG, size: 2 ** 60 }] }),
    { code: "MALFORMED_DOCUMENT" },
  ],
] as const)
  test(`refuses ${what}`, () => {
    assert.throws(
      () => readManifest(bytes, "ghcr.io/acme/lix"),
      (thrown) => {
        assert.ok(hasCode(thrown, error.code), String(thrown));
        assert.match(thrown.message, /^ghcr\.io\/acme\/lix: /);
        return true;
      },
    );
  });

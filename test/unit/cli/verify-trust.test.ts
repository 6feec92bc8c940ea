import assert from "node:assert/strict";
import { test } from "node:test";
import { CYCLONEDX_PREDICATE } from "../../../provider/attest/cyclonedx.ts";
import { sha256Hex } from "../../../provider/base/sha256.ts";
import { Bytes } from "../../../provider/base/bytes.ts";
import type { ImageSource } from "../../../provider/cli/image-source.ts";
import { checkTrust, readPublicKey } from "../../../provider/cli/verify/trust.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { attachedManifest } from "../../../provider/formats/oci/attachment.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import type { AttachedManifest } from "../../../provider/formats/oci/image.ts";
import { MediaType } from "../../../provider/formats/oci/media-type.ts";
import { SigstoreBundle } from "../../../provider/signing/sigstore-bundle.ts";
import { SIGNATURE_PREDICATE, Statement } from "../../../provider/signing/statement.ts";
import { comparableImage } from "../../support/comparable-image.ts";
import { file, pathOf } from "../../support/listed-store.ts";
import { signingKeyVector } from "../../support/signing-vectors.ts";

const key = await signingKeyVector("sec1.pem");
const publicKey = await readPublicKey(
  new URL("../../vectors/signing/sec1.pub", import.meta.url).pathname,
);
const contentsOf = (path: string): string => `what is in ${path}`;
const PATHS = [pathOf("a"), pathOf("b")];
const IMAGES = PATHS.map((path) => {
  const contents = contentsOf(path);
  return comparableImage({ layers: [[{ name: path.slice(1), contents, mode: 0o444 }]] });
});
const INDEX = Digest.of(Buffer.from("an index of two platforms"));

/** A bill of materials of these store paths. */
const billOf = (paths: readonly string[]): string =>
  JSON.stringify({
    components: paths.map((path) => ({
      properties: [{ name: "nix:output_path", value: path }],
      hashes: [{ alg: "SHA-256", content: sha256Hex(writeNar(file(contentsOf(path)))) }],
    })),
  });

function signed(subject: Digest, predicateType: string, predicate: string): AttachedManifest {
  const statement = Statement.format(subject, predicateType, predicate);
  const descriptor = { mediaType: MediaType.index, digest: subject, size: 1 };
  return attachedManifest(SigstoreBundle.sign(key, statement, predicateType), descriptor);
}

/** An index of two platforms, to which these are attached. */
function sourceOf(...attached: readonly AttachedManifest[]): ImageSource {
  const [amd64, arm64] = IMAGES;
  assert.ok(amd64 && arm64);
  const blobs = attached.flatMap(({ blobs: each }) => each);
  return {
    ...amd64,
    names: [],
    root: { mediaType: MediaType.index, digest: INDEX, size: 1 },
    platforms: [
      ...amd64.platforms,
      ...arm64.platforms.map((each) => ({
        ...each,
        digest: Digest.of(Buffer.from("arm64")),
        platform: { os: "linux", architecture: "arm64" },
      })),
    ],
    getBlob: (digest) =>
      arm64.platforms[0]?.layers.some((layer) => layer.digest === digest) === true
        ? arm64.getBlob(digest)
        : amd64.getBlob(digest),
    attachments: {
      listReferrers: async (subject) => attached.filter((each) => each.subject === subject),
      getManifest: async (reference) => attached.find(({ digest }) => digest === reference),
      getBlob: (digest) =>
        blobs.find((blob) => blob.digest === digest)?.open() ?? Bytes.of(new Uint8Array()),
    },
  };
}

const check = (...attached: readonly AttachedManifest[]) =>
  checkTrust(sourceOf(...attached), { key: publicKey, lockFile: undefined });

const signature = signed(INDEX, SIGNATURE_PREDICATE, "{}");

test("a signature of the index is enough, since it names the platforms by their digests", async () => {
  const { passed, lines } = await check(signature);
  assert.equal(passed, true);
  assert.match(
    lines.join("\n"),
    /the index \(\S+\): signed \(bundle\)\n {2}linux\/amd64 \(\S+\): not signed/,
  );
  assert.equal((await check()).passed, false);
});

test("a bill of materials must name what the image holds, and all of it", async () => {
  const bill = (paths: readonly string[]) => signed(INDEX, CYCLONEDX_PREDICATE, billOf(paths));
  const right = await check(signature, bill(PATHS));
  assert.deepEqual(
    [right.passed, right.lines[2]],
    [true, "    CycloneDX (bundle): 2 store paths, as in the image"],
  );
  const [a = "", b = ""] = PATHS;
  for (const [paths, wrong] of [
    [[a], `${b}: the document does not name it`],
    [[a, b, pathOf("c")], `${pathOf("c")}: the image does not have it`],
  ] as const) {
    const { passed, lines } = await check(signature, bill(paths));
    assert.equal(passed, false);
    assert.ok(lines.includes(`      ${wrong}`), lines.join("\n"));
  }
});

test("a document about one platform is compared with that platform", async () => {
  const [platform] = IMAGES[0]?.platforms ?? [];
  assert.ok(platform);
  const bill = (paths: readonly string[]) =>
    signed(platform.digest, CYCLONEDX_PREDICATE, billOf(paths));
  assert.equal((await check(signature, bill(PATHS.slice(0, 1)))).passed, true);
  assert.equal((await check(signature, bill(PATHS))).passed, false);
});

test("a signed statement of which nothing is known is named, and does no harm", async () => {
  const vote = signed(INDEX, "https://example.org/vote", "{}");
  const { passed, lines } = await check(signature, vote);
  assert.equal(passed, true);
  assert.ok(
    lines.includes("    https://example.org/vote (bundle): signed; its contents are not checked"),
  );
});

test("a document that scanners read must be the one that is signed", async () => {
  const document = (text: string) =>
    attachedManifest(
      {
        artifactType: "application/vnd.cyclonedx+json",
        layer: { mediaType: "application/vnd.cyclonedx+json", bytes: Bytes.fromText(text) },
        annotations: {},
      },
      { mediaType: MediaType.index, digest: INDEX, size: 1 },
    );
  const note = "    not signed by this key: a document, application/vnd.cyclonedx+json";
  const bill = signed(INDEX, CYCLONEDX_PREDICATE, billOf(PATHS));
  assert.ok(!(await check(signature, bill, document(billOf(PATHS)))).lines.includes(note));
  assert.ok((await check(signature, bill, document(billOf([])))).lines.includes(note));
  assert.ok((await check(signature, document(billOf(PATHS)))).lines.includes(note));
});

/** Documents and compressed bytes that caches, registries and archives hold. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { Bytes } from "../../provider/base/bytes.ts";
import { readCacheFile } from "../../provider/image/folder.ts";
import { readNote, writeNote } from "../../provider/image/note.ts";
import { decodeContent } from "../../provider/compression/content-encoding.ts";
import { decompress } from "../../provider/compression/decompress.ts";
import { withImage } from "../../provider/cli/image-source.ts";
import { dockerArchiveDestination } from "../../provider/destination/docker-archive.ts";
import { ociArchiveDestination } from "../../provider/destination/oci-archive.ts";
import { formatIndex, entriesFor } from "../../provider/destination/oci-index.ts";
import { readLayout } from "../../provider/destination/read-layout.ts";
import { parseIndex } from "../../provider/destination/oci-index.ts";
import { listingFromJson } from "../../provider/formats/nix/listing-json.ts";
import { readConfig } from "../../provider/formats/oci/read-config.ts";
import { readManifest } from "../../provider/formats/oci/read-manifest.ts";
import { jsonMembers } from "../../provider/resolve/json-members.ts";
import { readTar } from "../../provider/formats/tar/read-tar.ts";
import { fuzz, text } from "../support/fuzz.ts";
import { inChunks } from "../support/nar.ts";
import { sampleImage, sampleIndex } from "../support/sample-image.ts";
import { gnuLong, pax, tarOf } from "../support/tar.ts";

const IMAGE = sampleImage("one layer", "another layer");
const INDEX = sampleIndex(IMAGE, sampleImage("a third"));
const PLAIN = Buffer.from("a text that is said again, said again, said again. ".repeat(40));
const XZ = Buffer.from(
  "/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM4BH/AJ5dABcLvBx9AZW//VLrSRXDKKLIzhY9Z37LzFFjGGKGZ4PLwuMnrF" +
    "B6x33fn38zYh5vW8T4xYDSVfdB8WK3I0K/2VKjA6nfVDkHofCEymLr52QgWx7hH9OEGbChBr5py/Qs0lBxsGwl6Vip" +
    "2ogwpn7uIHK0j3rMMOmX/ZHTcUB2rxDq9tGlyAdXfhpC8a/cHBiVzeOl6dhFw+mKw+jQFkIAAAAAJpT9KAABtgGAJA" +
    "AAAlW74D4wDYsCAAAAAAFZWg==",
  "base64",
);

const drain = async (source: Bytes | AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of source) continue;
};

fuzz({
  name: "a manifest and an index",
  seeds: [IMAGE.root.bytes, INDEX.root.bytes],
  read: (bytes) => readManifest(bytes, "x"),
});
const [config] = IMAGE.blobs.slice(-1);
const configs = await Promise.all(IMAGE.blobs.map((blob) => Bytes.collect(blob.open())));
fuzz({
  name: "a config",
  seeds: configs.filter((bytes) => bytes[0] === 0x7b),
  read: (bytes) => readConfig(bytes, config?.digest ?? ""),
});
const LAYOUT_INDEX = formatIndex(entriesFor(["latest"], IMAGE.root));
fuzz({
  name: "an index.json",
  seeds: [LAYOUT_INDEX],
  // Its callers say what file it is; here the schema's own words are enough.
  read: text(async (each) => {
    let index;
    try {
      index = parseIndex(each);
    } catch {
      return;
    }
    await readLayout({ description: "x", index, openBlob: () => Promise.resolve(undefined) });
  }),
});

for (const [name, bytes] of [
  ["gzip", gzipSync(PLAIN)],
  ["zstd", zstdCompressSync(PLAIN)],
  ["two zstd frames", Buffer.concat([zstdCompressSync(PLAIN), zstdCompressSync(PLAIN)])],
] as const)
  fuzz({
    name,
    seeds: [bytes],
    read: (each) => drain(decompress(inChunks(each, 100), "none")),
  });
// A thread that failed is not used again, and starting one takes a tenth of a second.
fuzz({
  name: "xz",
  seeds: [XZ],
  share: 0.05,
  read: (each) => drain(decompress(inChunks(each, 100), "none")),
});
fuzz({
  name: "a body with a Content-Encoding",
  seeds: [brotliCompressSync(PLAIN)],
  read: (each) => drain(decodeContent(Bytes.of(each), "br")),
});
fuzz({
  name: "packages.json",
  seeds: [
    '{"version":2,"packages":{"jq":{"name":"jq-1.7","outputs":{"out":null},"x":"\\"}]"},"b":[1,{"c":2}]}}',
  ],
  read: (bytes) =>
    drain(jsonMembers(inChunks(bytes, 7), { path: ["packages"], wanted: () => true })),
});
fuzz({
  name: "a listing",
  seeds: ['[{"bin":{"jq":[12,"47DEQpj8HBSa+/TI",1],"l":"../x"},"share":{}},"/nix/store/x"]'],
  read: text((each) => {
    let json: unknown;
    try {
      json = JSON.parse(each);
    } catch {
      return;
    }
    listingFromJson(json);
  }),
});
fuzz({
  name: "a tar",
  seeds: [
    tarOf(pax({ path: "a".repeat(200), size: "5" }), { name: "cut", contents: "hello" }),
    tarOf(gnuLong("K", "t".repeat(200)), { name: "l", type: "2", target: "cut" }, { name: "f" }),
  ],
  unit: 512,
  read: (bytes) => drain(readTar(inChunks(bytes, 300), "x")),
});

const folder = await mkdtemp(join(tmpdir(), "lix-image-fuzz-"));
after(() => rm(folder, { recursive: true }));
const archive = join(folder, "image.tar");
await ociArchiveDestination(archive).publish(IMAGE, { tags: ["latest"] });
const ociTar = await readFile(archive);
await rm(archive);
await dockerArchiveDestination(archive, "acme/lix").publish(IMAGE, { tags: ["latest"] });
const dockerTar = await readFile(archive);
for (const [kind, seed] of [
  ["layout", ociTar],
  ["docker archive", dockerTar],
] as const)
  fuzz({
    name: `a ${kind} in a tar, also compressed`,
    seeds: [seed, gzipSync(seed)],
    unit: 512,
    async read(bytes) {
      await writeFile(archive, bytes);
      await withImage({ kind, path: archive, reference: undefined }, async (image) => {
        for (const { digest } of image.platforms.flatMap(({ layers }) => layers))
          await drain(image.getBlob(digest));
      });
    },
  });

const note = join(folder, "notes", "a.json");
await writeNote(note, { digest: "sha256:x", size: 1 });
const sealed = (await readCacheFile(note)) ?? "";
fuzz({
  name: "a note of the local cache",
  seeds: [sealed],
  async read(bytes) {
    await writeFile(note, bytes);
    await readNote(note);
  },
});

/**
 * The image that docker.nix makes, out of ours and what was recorded of it: most layers are the same, and the others
 * follow from ours when hashes are replaced. All diffIds are the recorded ones, but for that of the database.
 * @module
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { ByteString } from "../../provider/base/byte-string.ts";
import { Bytes } from "../../provider/base/bytes.ts";
import { Owner } from "../../provider/base/owner.ts";
import { layerTar } from "../../provider/formats/layer/layer-tar.ts";
import { layerTree } from "../../provider/formats/layer/layer-tree.ts";
import { storeDatabase } from "../../provider/formats/nix/database.ts";
import { NarHash } from "../../provider/formats/nix/nix-hash.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { packTar, type TarItem } from "../../provider/formats/tar/pack.ts";
import { readWithAttributes } from "../../provider/formats/tar/read-archive.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { hashRewriter } from "../../provider/compare/store-hashes.ts";
import { writeLayout } from "./write-layout.ts";

interface Recorded {
  readonly layers: readonly { readonly diffId: string; readonly paths: readonly string[] }[];
  readonly config: object;
  readonly generated: Readonly<Record<string, { readonly path: string }>> & {
    readonly "nix-database": { readonly path: string; readonly dump: string };
  };
}

/** Writes docker.nix's image into a new layout, where `ours` is the layout of our image for the same arguments. */
export async function writeReferenceImage(
  oracle: string,
  { ours, layout }: { readonly ours: string; readonly layout: string },
): Promise<void> {
  const recorded = JSON.parse(await readFile(oracle, "utf8")) as Recorded;
  const layers = await layersOf(ours);
  const rest = [...layers].flatMap(([diffId, layer]) =>
    recorded.layers.some((each) => each.diffId === diffId) ? [] : [gunzipSync(layer)],
  );
  const rewrite = rewriterTo(recorded, rest);
  for (const tar of rest) {
    const made = await rewritten(tar, rewrite);
    layers.set(Digest.of(made), gzipSync(made));
  }
  const database = await databaseLayer(recorded);
  layers.set(Digest.of(database), gzipSync(database));
  const diffIds = recorded.layers.map(({ diffId }) => diffId).with(-1, Digest.of(database));
  const blobs = diffIds.map((diffId, at) => {
    const blob = layers.get(diffId);
    assert.ok(blob, `no layer is that of ${recorded.layers[at]?.paths.join(" ")}`);
    return blob;
  });
  const config = { ...recorded.config, rootfs: { type: "layers", diff_ids: diffIds } };
  await writeLayout(layout, config, blobs);
}

/** The blobs by diffId. */
async function layersOf(layout: string): Promise<Map<string, Uint8Array>> {
  const blob = (digest: string) => readFile(join(layout, "blobs/sha256", digest.slice(7)));
  const json = async (file: Promise<Buffer>) => JSON.parse((await file).toString());
  const index = await json(readFile(join(layout, "index.json")));
  const manifest = await json(blob(index.manifests[0].digest));
  const { rootfs } = await json(blob(manifest.config.digest));
  const layers = new Map<string, Uint8Array>();
  for (const [at, { digest }] of manifest.layers.entries())
    layers.set(rootfs.diff_ids[at], await blob(digest));
  return layers;
}

const HASH = String.raw`[0-9a-df-np-sv-z]{32}`;

function rewriterTo({ generated }: Recorded, tars: readonly Uint8Array[]) {
  const texts = tars.map((tar) => ByteString.fromBytes(tar));
  return hashRewriter(
    Object.values(generated).flatMap(({ path }) => {
      const name = StorePath.name(StorePath.parse(path));
      const pattern = new RegExp(`nix/store/(${HASH}-${name.replace(".", "\\.")})(?![\\w.-])`);
      const found = texts.map((text) => pattern.exec(text)?.[1]).find((each) => each !== undefined);
      return found === undefined ? [] : [{ here: path.slice(11), there: found }];
    }),
  );
}

/** With the hashes of docker.nix, and its link from /usr/share. */
async function rewritten(
  tar: Uint8Array,
  rewrite: (text: ByteString) => ByteString,
): Promise<Uint8Array> {
  const files: { readonly header: TarItem & { readonly path: string }; contents: ByteString }[] =
    [];
  for await (const { event, attributes } of readWithAttributes(Bytes.of(tar), "a layer")) {
    if (event.kind === "contents") {
      const file = files.at(-1);
      if (file) file.contents += ByteString.fromBytes(event.bytes);
      continue;
    }
    assert.notEqual(event.kind, "hard link");
    const path = `/${rewrite(event.path).replace(/^\/|\/$/g, "")}`;
    const common = { path, mode: attributes.mode, owner: Owner.root };
    if (event.kind === "regular")
      files.push({ header: { ...common, kind: "regular", size: event.size }, contents: "" });
    else if (event.kind === "directory")
      files.push({ header: { ...common, kind: "directory" }, contents: "" });
    else {
      const target = path === "/usr/share" ? "/nix/var/nix/profiles/share" : rewrite(event.target);
      files.push({ header: { ...common, kind: "symlink", target }, contents: "" });
    }
  }
  // Depth first, siblings bytewise: a slash sorts before everything else.
  const key = (path: string) => path.replaceAll("/", "\0");
  files.sort((a, b) => ByteString.compare(key(a.header.path), key(b.header.path)));
  const items = files.flatMap(({ header, contents }): TarItem[] => [
    header,
    ...(header.kind === "regular"
      ? [{ kind: "contents" as const, bytes: ByteString.toBytes(rewrite(contents)) }]
      : []),
  ]);
  return Bytes.collect(packTar(toAsync(items)));
}

async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** The rows of the dump that Nix loads: neither signatures nor content addresses. */
async function databaseLayer({ generated }: Recorded): Promise<Uint8Array> {
  const lines = generated["nix-database"].dump.split("\n");
  const rows = [];
  for (let at = 0; at + 4 < lines.length;) {
    const [path = "", hash = "", size = "", , count = ""] = lines.slice(at, at + 5);
    const references = lines.slice(at + 5, at + 5 + Number(count)).map(StorePath.parse);
    rows.push({
      storePath: StorePath.parse(path),
      narHash: NarHash.parse(`sha256:${hash}`),
      narSize: Number(size),
      references,
      signatures: [],
    });
    at += 5 + references.length;
  }
  const gcRoots = rows.map(({ storePath }) => storePath);
  const database = { sqlite: await storeDatabase(rows), gcRoots };
  const tree = layerTree({ storePaths: [], database });
  const chunks: Uint8Array[] = [];
  const noNar = () => assert.fail("the layer of the database has no packages");
  for await (const chunk of layerTar(tree, noNar)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

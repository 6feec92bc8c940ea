/** Images made to exhaust memory: `inspect` with a small heap refuses them, and names the budget. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { LAYOUT } from "../../provider/destination/oci-index.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { MediaType } from "../../provider/formats/oci/media-type.ts";
import { tarOf } from "../support/tar.ts";
import type { CliResult } from "../support/cli.ts";
import { assertOverBudget, cliIn } from "../support/small-heap.ts";

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** An OCI layout whose blobs are what a test says. */
class HostileLayout {
  readonly folder: string;
  constructor(folder: string) {
    this.folder = join(folder, "layout");
  }

  async add(mediaType: string, document: unknown): Promise<Descriptor> {
    const bytes = Buffer.from(typeof document === "string" ? document : JSON.stringify(document));
    const digest = Digest.of(bytes);
    await mkdir(join(this.folder, "blobs/sha256"), { recursive: true });
    await writeFile(join(this.folder, "blobs/sha256", Digest.hex(digest)), bytes);
    return { mediaType, digest, size: bytes.length };
  }

  async inspect(root: Descriptor, heap: number): Promise<CliResult> {
    await writeFile(join(this.folder, "oci-layout"), LAYOUT);
    const index = { schemaVersion: 2, manifests: [root] };
    await writeFile(join(this.folder, "index.json"), JSON.stringify(index));
    return cliIn(["inspect", "--oci", this.folder], { heap, folder: join(this.folder, "..") });
  }

  async manifest(layers: number, more: object = {}): Promise<Descriptor> {
    const diffIds = Array.from({ length: layers }, (_, at) => Digest.of(Buffer.from(String(at))));
    const config = await this.add(MediaType.config, {
      architecture: "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: diffIds },
    });
    const each = diffIds.map((digest) => ({ mediaType: MediaType.layerTar, digest, size: 1 }));
    return this.add(MediaType.manifest, { schemaVersion: 2, config, layers: each, ...more });
  }

  index(entry: Descriptor, count: number): Promise<Descriptor> {
    const manifests = Array.from({ length: count }, () => entry);
    return this.add(MediaType.index, { schemaVersion: 2, manifests });
  }
}

const withLayout = (use: (layout: HostileLayout) => Promise<void>): Promise<void> =>
  withTempDir((folder) => use(new HostileLayout(folder)));

test("an index of twenty thousand images is refused", () =>
  withLayout(async (layout) => {
    const root = await layout.index(await layout.manifest(100), 20_000);
    assertOverBudget(await layout.inspect(root, 96), /1,000 manifests.*\n.*manifestsPerIndex/);
  }));

test("a manifest of ten thousand layers is refused", () =>
  withLayout(async (layout) => {
    const root = await layout.manifest(10_000);
    assertOverBudget(await layout.inspect(root, 96), /2,000 layers.*\n.*layersPerManifest/);
  }));

test("a thousand times the largest manifest there may be is refused", () =>
  withLayout(async (layout) => {
    const annotations = { long: "x".repeat(3_500_000) };
    const root = await layout.index(await layout.manifest(1_000, { annotations }), 1_000);
    assertOverBudget(await layout.inspect(root, 96), /bytes of manifests.*\n.*imageDocumentBytes/);
  }));

test("a manifest, a config and an index.json of brackets are refused", () =>
  withLayout(async (layout) => {
    const nested = "[".repeat(1_000_000);
    const root = await layout.add(MediaType.manifest, `{"schemaVersion":2,"x":${nested}`);
    assertOverBudget(await layout.inspect(root, 96), /100 levels of JSON.*\n.*jsonDepth/);
    const config = await layout.add(MediaType.config, `{"x":${nested}`);
    const manifest = { schemaVersion: 2, config, layers: [] };
    const outer = await layout.add(MediaType.manifest, manifest);
    assertOverBudget(await layout.inspect(outer, 96), /100 levels of JSON.*\n.*jsonDepth/);
    await writeFile(join(layout.folder, "index.json"), nested);
    const where = { heap: 96, folder: join(layout.folder, "..") };
    const read = await cliIn(["inspect", "--oci", layout.folder], where);
    assertOverBudget(read, /IMAGE_UNREADABLE[^]*100 levels of JSON/);
  }));

test("a docker archive with a config of 100 MB is refused", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "image.tar");
    const manifest = [{ Config: "c.json", RepoTags: [], Layers: [] }];
    const config = Buffer.alloc(100_000_000, "[");
    await writeFile(
      file,
      tarOf(
        { name: "manifest.json", contents: JSON.stringify(manifest) },
        { name: "c.json", contents: config },
      ),
    );
    const outcome = await cliIn(["inspect", "--docker-archive", file], { heap: 96, folder });
    assertOverBudget(outcome, /c\.json.*too large.*IMAGE_UNREADABLE/);
  }));

test("an image of twenty platforms with the most layers that a runtime mounts is read", () =>
  withLayout(async (layout) => {
    const root = await layout.index(await layout.manifest(500), 20);
    const { code, stdout, stderr } = await layout.inspect(root, 96);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /500 layers/);
  }));

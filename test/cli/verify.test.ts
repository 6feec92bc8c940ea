/** `inspect` and `verify` over every place an image can be in. @module */
import assert from "node:assert/strict";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

interface Verdict {
  readonly equal: boolean;
  readonly expected: string;
  readonly got: string;
  readonly differences: readonly string[];
}

const WHERE = {
  "an OCI layout": ["--oci", "dir"],
  "an OCI layout in a tar": ["--oci", "oci.tar"],
  "a docker archive": ["--docker-archive", "image.tar"],
  "a compressed docker archive": ["--docker-archive", "image.tar.gz"],
} as const;

async function build(workshop: Workshop, args: unknown = {}): Promise<string> {
  const file = await workshop.writeArgs(args);
  for (const argv of [
    ["--oci", "dir", "--docker-archive", "image.tar"],
    ["--oci", "oci.tar", "--docker-archive", "image.tar.gz"],
  ]) {
    const { code, stderr } = await workshop.run("build", file, ...argv);
    assert.equal(code, 0, stderr);
  }
  return file;
}

async function verify(workshop: Workshop, ...argv: string[]): Promise<Verdict> {
  const { code, stdout, stderr } = await workshop.run("verify", ...argv, "--json");
  assert.notEqual(stdout, "", stderr);
  const verdict: Verdict = JSON.parse(stdout);
  assert.equal(code, verdict.equal ? 0 : 1);
  return verdict;
}

test("inspect and verify read what push and build write, and agree on the image", () =>
  withWorkshop({}, async (workshop) => {
    const args = await build(workshop);
    const pushed = await workshop.push();
    const { digest, layers, platforms } = JSON.parse(pushed.stdout);
    const { configDigest } = platforms["linux/amd64"];
    const ref = `${workshop.registry.host}/acme/lix:latest`;
    for (const where of [[ref], ...Object.values(WHERE)]) {
      const [plain] = where.map((each) => each === "--docker-archive");
      const inspected = await workshop.run("inspect", ...where, "--json");
      assert.equal(inspected.code, 0, inspected.stderr);
      const image = JSON.parse(inspected.stdout);
      const found = image.platforms["linux/amd64"];
      assert.equal(image.digest, plain ? configDigest : digest);
      assert.equal(found.configDigest, configDigest);
      const diffIds = (from: { diffId: string }[]) => from.map(({ diffId }) => diffId);
      assert.deepEqual(diffIds(found.layers), diffIds(layers));
      if (where[0] === "--oci") assert.deepEqual(image.names, ["latest"]);
      if (plain) assert.deepEqual(image.names, [ref]);

      const verdict = await verify(workshop, args, ...where);
      assert.deepEqual(verdict.differences, []);
      assert.equal(verdict.expected, image.digest);
    }
  }));

test("verify names the files that differ, wherever the other image is", () =>
  withWorkshop({}, async (workshop) => {
    await build(workshop);
    const args = await workshop.writeArgs({ nixConf: { cores: 7 }, tag: "other" });
    for (const where of Object.values(WHERE)) {
      const { differences } = await verify(workshop, args, ...where);
      assert.ok(
        differences.some((line) => /layer \d+: .*nix\.conf/.test(line)),
        `${where.join(" ")}\n${differences.join("\n")}`,
      );
      assert.ok(!differences.some((line) => line.startsWith("blob ")), differences.join("\n"));
    }
  }));

test("verify reads every layer: it names a changed one, and refuses a file that is cut off", () =>
  withWorkshop({}, async (workshop) => {
    const args = await build(workshop);
    for (const file of ["oci.tar", "image.tar"]) {
      const path = join(workshop.folder, file);
      const bytes = await readFile(path);
      const option = file === "oci.tar" ? "--oci" : "--docker-archive";
      // The last entry is a layer; padding and two blocks of zeros follow it.
      const inLayer = bytes.findLastIndex((byte) => byte !== 0);
      bytes[inLayer] = (bytes[inLayer] ?? 0) ^ 1;
      await writeFile(path, bytes);
      const { differences } = await verify(workshop, args, option, file);
      assert.equal(differences.length, 1, differences.join("\n"));
      assert.match(differences[0] ?? "", /^blob sha256:[0-9a-f]{64}: .*BLOB_MISMATCH/);
      for (const size of [bytes.length - 1024, 700, 0]) {
        await truncate(path, size);
        const ran = await workshop.run("inspect", option, file);
        assert.equal(ran.code, 1);
        assert.match(ran.stderr, /IMAGE_UNREADABLE/);
        assert.ok(ran.stderr.includes(path), ran.stderr);
        assert.equal(ran.stdout, "");
      }
    }
  }));

test("verify does not take a config's word for the contents of a layer", () =>
  withWorkshop({}, async (workshop) => {
    const args = await build(workshop);
    const layout = new Layout(join(workshop.folder, "dir"));
    const { manifest } = await layout.read();
    const [first, ...rest] = manifest.layers;
    assert.ok(first);
    const tar = gunzipSync(await layout.blob(first.digest));
    const level = 1;

    await layout.write({
      ...manifest,
      layers: [{ ...first, ...(await layout.add(gzipSync(tar, { level }))) }, ...rest],
    });
    const recompressed = await verify(workshop, args, "--oci", "dir");
    assert.match(
      recompressed.differences.join("\n"),
      /^[^\n]*same contents, compressed otherwise[^\n]*$/,
    );

    tar[tar.length - 1] = 1;
    await layout.write({
      ...manifest,
      layers: [{ ...first, ...(await layout.add(gzipSync(tar, { level }))) }, ...rest],
    });
    const { differences } = await verify(workshop, args, "--oci", "dir");
    assert.ok(
      differences.some((line) => /^blob .*: decompressed: expected/.test(line)),
      differences.join("\n"),
    );

    await layout.write({ ...manifest, layers: [{ ...first, size: first.size + 1 }, ...rest] });
    const lying = await verify(workshop, args, "--oci", "dir");
    assert.match(lying.differences.join("\n"), /^blob .*: expected \d+ bytes/m);
  }));

test("verify compares each system, and what only the index contains", () =>
  withWorkshop({ world: { systems: ["x86_64-linux", "aarch64-linux"] } }, async (workshop) => {
    const args = await workshop.writeArgs({ systems: ["x86_64-linux", "aarch64-linux"] });
    for (const oci of ["dir", "oci.tar"]) {
      assert.equal((await workshop.run("build", args, "--oci", oci)).code, 0);
      assert.deepEqual((await verify(workshop, args, "--oci", oci)).differences, []);
    }
    const one = await workshop.writeArgs({ systems: ["aarch64-linux"] });
    assert.deepEqual((await verify(workshop, one, "--oci", "oci.tar")).differences, [
      "linux/amd64: expected nothing; got an image",
    ]);

    await workshop.writeArgs({ systems: ["x86_64-linux", "aarch64-linux"] });
    const layout = new Layout(join(workshop.folder, "dir"));
    const { manifest: index } = await layout.read();
    await layout.write({ ...index, annotations: { "org.example.by": "somebody" } });
    const annotated = await verify(workshop, args, "--oci", "dir");
    assert.deepEqual(annotated.differences, [
      `index: expected ${annotated.expected}; got ${annotated.got}`,
    ]);
    await layout.write({ ...index, manifests: [...index.manifests, ...index.manifests] });
    const doubled = await verify(workshop, args, "--oci", "dir");
    assert.match(doubled.differences.join("\n"), /linux\/amd64: expected one image; got 2/);
  }));

test("the positional argument chooses one of several images in a layout", () =>
  withWorkshop({}, async (workshop) => {
    for (const [tag, cores] of [
      ["one", 1],
      ["two", 2],
    ] as const) {
      const args = await workshop.writeArgs({ tag, nixConf: { cores } });
      assert.equal((await workshop.run("build", args, "--oci", "dir")).code, 0);
    }
    const args = await workshop.writeArgs({ tag: "two", nixConf: { cores: 2 } });
    const unclear = await workshop.run("verify", args, "--oci", "dir");
    assert.equal(unclear.code, 1);
    assert.match(unclear.stderr, /exactly one image; got two, one/);
    assert.equal((await verify(workshop, args, "two", "--oci", "dir")).equal, true);
    assert.equal((await verify(workshop, args, "one", "--oci", "dir")).equal, false);
    assert.equal((await workshop.run("inspect", "one", "--oci", "dir")).code, 0);
  }));

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}
interface Manifest {
  readonly layers: readonly Descriptor[];
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A layout in a folder, of one image, to forge. */
class Layout {
  readonly #folder: string;
  constructor(folder: string) {
    this.#folder = folder;
  }

  blob(digest: string): Promise<Buffer> {
    return readFile(join(this.#folder, "blobs/sha256", digest.slice(7)));
  }

  async read(): Promise<{ readonly manifest: Manifest }> {
    const index = JSON.parse(await readFile(join(this.#folder, "index.json"), "utf8"));
    return { manifest: JSON.parse((await this.blob(index.manifests[0].digest)).toString()) };
  }

  async add(bytes: Uint8Array): Promise<Descriptor> {
    const digest = Digest.of(bytes);
    await writeFile(join(this.#folder, "blobs/sha256", Digest.hex(digest)), bytes);
    return { digest, size: bytes.length };
  }

  /** In place of the image's manifest or index. */
  async write(manifest: Manifest): Promise<void> {
    const file = join(this.#folder, "index.json");
    const index = JSON.parse(await readFile(file, "utf8"));
    const root = await this.add(Buffer.from(JSON.stringify(manifest)));
    index.manifests = [{ ...index.manifests[0], ...root }];
    await writeFile(file, JSON.stringify(index));
  }
}

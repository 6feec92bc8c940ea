/** `inspect` and `verify` on what other tools make of our images. @module */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { needs, runPeer } from "../support/peers.ts";
import { ownStorage, podman } from "../support/podman.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

const NAME = "registry.example/acme/lix:latest";
const WHERE = { registry: "registry.example/acme", archives: [] };

/** With `dir`, an OCI layout, and `image.tar`, a docker archive. */
const withImage = (
  use: (workshop: Workshop, inFolder: (name: string) => string) => Promise<void>,
): Promise<void> =>
  withWorkshop({}, async (workshop) => {
    const args = await workshop.writeArgs(WHERE);
    const files = ["--oci", "dir", "--docker-archive", "image.tar"];
    const { code, stderr } = await workshop.run("build", args, ...files);
    assert.equal(code, 0, stderr);
    await use(workshop, (name) => join(workshop.folder, name));
  });

async function differences(workshop: Workshop, ...where: string[]): Promise<readonly string[]> {
  const args = await workshop.writeArgs(WHERE);
  const { stdout, stderr } = await workshop.run("verify", args, ...where, "--json");
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout).differences;
}

test("what skopeo copied is our image", { skip: needs("skopeo") }, () =>
  withImage(async (workshop, inFolder) => {
    const copy = async (from: string, to: string, ...options: string[]): Promise<void> => {
      await runPeer("skopeo", "--insecure-policy", "copy", "--quiet", ...options, from, to);
    };
    const layout = `oci:${inFolder("dir")}:latest`;
    await copy(layout, `oci-archive:${inFolder("copy.tar")}:latest`);
    await copy(layout, `oci:${inFolder("copy")}`);
    await copy(layout, `docker-archive:${inFolder("docker.tar")}:${NAME}`);
    assert.deepEqual(await differences(workshop, "--oci", "copy.tar"), []);
    assert.deepEqual(await differences(workshop, "--oci", "copy"), []);
    assert.deepEqual(await differences(workshop, "--docker-archive", "docker.tar"), []);

    const zstd = ["--dest-compress", "--dest-compress-format=zstd"];
    await copy(layout, `oci:${inFolder("zstd")}:latest`, ...zstd);
    const found = await differences(workshop, "--oci", "zstd");
    assert.ok(found.length > 0);
    for (const line of found) assert.match(line, /same contents, compressed otherwise/);
  }),
);

test("what podman saved is our image", { skip: needs("podman") }, () =>
  withImage(async (workshop, inFolder) => {
    const env = await ownStorage(workshop.folder, ["podman"]);
    await podman(env, "load", "--quiet", "--input", inFolder("image.tar"));
    await podman(env, "save", "--quiet", "--output", inFolder("docker.tar"), NAME);
    assert.deepEqual(await differences(workshop, "--docker-archive", "docker.tar"), []);
    const oci = ["--format=oci-archive", "--output", inFolder("oci.tar")];
    await podman(env, "save", "--quiet", ...oci, NAME);
    for (const line of await differences(workshop, "--oci", "oci.tar"))
      assert.match(line, /same contents, compressed otherwise/);
  }),
);

test("what crane pulled is our image, in each of its formats", { skip: needs("crane") }, () =>
  withWorkshop({}, async (workshop) => {
    assert.equal((await workshop.push()).code, 0);
    const args = await workshop.writeArgs({});
    const ref = `${workshop.registry.host}/acme/lix:latest`;
    for (const [format, option] of [
      ["tarball", "--docker-archive"],
      ["legacy", "--docker-archive"],
      ["oci", "--oci"],
    ] as const) {
      const to = join(workshop.folder, format);
      await runPeer("crane", "pull", "--insecure", `--format=${format}`, ref, to);
      const { code, stdout } = await workshop.run("verify", args, option, to);
      assert.equal(code, 0, stdout);
    }
  }),
);

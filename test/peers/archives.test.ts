/** What other tools make of the docker archives that we write, and of what we load into them. @module */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { needsContainer } from "../support/container.ts";
import { needs, runPeer } from "../support/peers.ts";
import { ownStorage, podman, podmanRun } from "../support/podman.ts";
import { findRealWorld, needsRealWorld, realWorldCache } from "../support/real-world.ts";
import { withWorkshop } from "../support/workshop.ts";

const skopeo = (...args: readonly string[]): Promise<string> =>
  runPeer("skopeo", "--insecure-policy", ...args);

interface Built {
  readonly platforms: { readonly "linux/amd64": { readonly configDigest: string } };
  readonly layers: readonly { readonly diffId: string }[];
}

const withArchive = (
  name: string,
  use: (file: string, built: Built) => Promise<void>,
): Promise<void> =>
  withWorkshop({}, async (workshop) => {
    const file = join(workshop.folder, name);
    const args = await workshop.writeArgs(WHERE);
    const ran = await workshop.run("build", args, "--docker-archive", file, "--json");
    assert.equal(ran.code, 0, ran.stderr);
    await use(file, JSON.parse(ran.stdout) as Built);
  });

// podman's plain storage copies for each layer all that is below it.
const WHERE = { registry: "registry.example/acme", archives: [], maxLayers: 2 };
const NAME = "registry.example/acme/lix:latest";

for (const name of ["docker.tar", "docker.tar.gz"])
  test(`skopeo finds the image in ${name}, with its tag`, { skip: needs("skopeo") }, () =>
    withArchive(name, async (docker, { platforms, layers }) => {
      const image = `docker-archive:${docker}:${NAME}`;
      const { Layers } = JSON.parse(await skopeo("inspect", image)) as { Layers: string[] };
      assert.deepEqual(
        Layers,
        layers.map(({ diffId }) => diffId),
      );
      const config = await skopeo("inspect", "--config", "--raw", image);
      const { configDigest } = platforms["linux/amd64"];
      assert.equal(Digest.of(Buffer.from(config)), configDigest);
    }),
  );

test("podman loads a compressed docker archive", { skip: needs("podman") }, () =>
  withArchive("docker.tar.gz", async (docker, { platforms }) => {
    const env = await ownStorage(dirname(docker), ["podman"]);
    await podman(env, "load", "--quiet", "--input", docker);
    const id = await podman(env, "image", "inspect", "--format={{.Id}}", NAME);
    assert.equal(`sha256:${id.trim()}`, platforms["linux/amd64"].configDigest);
  }),
);

test(
  "umoci unpacks what skopeo took out of the docker archive",
  { skip: needs("skopeo", "umoci") },
  () =>
    withArchive("docker.tar", async (docker) => {
      const layout = `${docker}.layout`;
      await skopeo("copy", "--quiet", `docker-archive:${docker}:${NAME}`, `oci:${layout}:latest`);
      assert.match(await runPeer("umoci", "stat", "--image", `${layout}:latest`), /pulumi-lix/);
      const bundle = `${docker}.bundle`;
      await runPeer("umoci", "unpack", "--rootless", "--image", `${layout}:latest`, bundle);
      assert.match(await readFile(join(bundle, "rootfs/etc/passwd"), "utf8"), /^root:x:0:0:/m);
    }),
);

for (const programs of [["podman", "skopeo"], ["skopeo"]])
  test(`load hands the image to ${programs[0]}`, { skip: needs("podman", "skopeo") }, () =>
    withWorkshop({}, async (workshop) => {
      const env = await ownStorage(workshop.folder, programs);
      const args = await workshop.writeArgs(WHERE);
      const ran = await workshop.runWith(env, "load", args, "--podman", "--json");
      assert.equal(ran.code, 0, ran.stderr);
      const { platforms, loaded } = JSON.parse(ran.stdout) as Built & { loaded: string[] };
      assert.deepEqual(loaded, [`Loaded image: ${NAME}`]);
      const id = await podman(env, "image", "inspect", "--format={{.Id}}", NAME);
      assert.equal(`sha256:${id.trim()}`, platforms["linux/amd64"].configDigest);
    }),
  );

const world = findRealWorld();

test(
  "podman runs an image of real packages that load gave it",
  { skip: needsRealWorld() || needs("podman") || needsContainer() },
  () =>
    withWorkshop({}, async (workshop) => {
      const env = await ownStorage(workshop.folder, ["podman"]);
      const image = { lock: world?.lockFile, maxLayers: 1, bundleNixpkgs: false };
      const args = await workshop.writeArgs({ ...WHERE, ...image });
      const cached = { ...env, LIX_IMAGE_CACHE: realWorldCache() };
      const ran = await workshop.runWith(cached, "load", args, "--podman");
      assert.equal(ran.code, 0, ran.stderr);
      // That the store is whole and signed, test/peers/image-runs.test.ts asks of the same layers.
      const check = "nix-store --verify 2>/dev/null && nix --version";
      assert.match(await podmanRun(env, NAME, check), /^nix \(/);
    }),
);

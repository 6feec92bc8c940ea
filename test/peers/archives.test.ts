/** What other tools make of the archives that we write. @module */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Digest } from "../../provider/oci/digest.ts";
import { needsContainer } from "../support/container.ts";
import { findPeer, needs } from "../support/peers.ts";
import { ownStorage, podman, podmanRun } from "../support/podman.ts";
import { findRealWorld, needsRealWorld } from "../support/real-world.ts";
import { withWorkshop } from "../support/workshop.ts";

async function run(peer: string, ...args: readonly string[]): Promise<string> {
  const options = { maxBuffer: 16 * 1024 * 1024 };
  return (await promisify(execFile)(findPeer(peer) ?? peer, args, options)).stdout;
}

const skopeo = (...args: readonly string[]): Promise<string> =>
  run("skopeo", "--insecure-policy", ...args);

interface Built {
  readonly digest: string;
  readonly platforms: { readonly "linux/amd64": { readonly configDigest: string } };
  readonly layers: readonly { readonly diffId: string }[];
}

/** As OCI layout in one file, and as docker archive. */
const withArchives = (
  use: (paths: { readonly oci: string; readonly docker: string }, built: Built) => Promise<void>,
): Promise<void> =>
  withWorkshop({}, async (workshop) => {
    const oci = join(workshop.folder, "oci.tar");
    const docker = join(workshop.folder, "docker.tar");
    const args = await workshop.writeArgs(WHERE);
    const ran = await workshop.run(
      ...["build", args, "--oci", oci, "--docker-archive", docker, "--json"],
    );
    assert.equal(ran.code, 0, ran.stderr);
    await use({ oci, docker }, JSON.parse(ran.stdout) as Built);
  });

const WHERE = { registry: "registry.example/acme", archives: [] };
const NAME = "registry.example/acme/lix:latest";

test("skopeo finds the image in a docker archive, with its tag", { skip: needs("skopeo") }, () =>
  withArchives(async ({ docker }, { platforms, layers }) => {
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

test("skopeo finds the manifest that we say in an OCI archive", { skip: needs("skopeo") }, () =>
  withArchives(async ({ oci }, { digest }) => {
    const raw = await skopeo("inspect", "--raw", `oci-archive:${oci}:latest`);
    assert.equal(Digest.of(Buffer.from(raw)), digest);
  }),
);

test(
  "umoci unpacks what skopeo took out of the docker archive",
  { skip: needs("skopeo", "umoci") },
  () =>
    withArchives(async ({ docker }) => {
      const layout = `${docker}.layout`;
      await skopeo("copy", "--quiet", `docker-archive:${docker}:${NAME}`, `oci:${layout}:latest`);
      assert.match(await run("umoci", "stat", "--image", `${layout}:latest`), /pulumi-lix/);
      const bundle = `${docker}.bundle`;
      await run("umoci", "unpack", "--rootless", "--image", `${layout}:latest`, bundle);
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
      const args = await workshop.writeArgs({ ...WHERE, lock: world?.lockFile, maxLayers: 1 });
      const ran = await workshop.runWith(env, "load", args, "--podman");
      assert.equal(ran.code, 0, ran.stderr);
      const check = "nix-store --verify --check-contents 2>/dev/null && nix --version";
      assert.match(await podmanRun(env, NAME, check), /^nix \(/);
    }),
);

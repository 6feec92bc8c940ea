/** Images that go to files, and to the daemon of this machine. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { readOciLayout } from "../../provider/destination/oci-layout.ts";
import { startDockerDaemon } from "../support/docker-daemon.ts";
import { tarFiles } from "../support/tar-files.ts";
import { withWorkshop } from "../support/workshop.ts";

interface Built {
  readonly digest: string;
  readonly platforms: { readonly "linux/amd64": { readonly configDigest: string } };
  readonly layers: readonly unknown[];
}

test("build writes a layout and a docker archive, and asks no registry", () =>
  withWorkshop({}, async (workshop) => {
    const args = await workshop.writeArgs({});
    const argv = ["build", args, "--oci", "dir", "--docker-archive", "image.tar.gz", "--json"];
    const ran = await workshop.run(...argv);
    assert.equal(ran.code, 0, ran.stderr);
    const { digest, platforms, layers } = JSON.parse(ran.stdout) as Built;
    assert.equal((await readOciLayout(join(workshop.folder, "dir"))).root.digest, digest);
    const file = join(workshop.folder, "image.tar.gz");
    const files = await tarFiles([gunzipSync(await readFile(file))]);
    assert.equal(files.size, 2 + layers.length);
    const { configDigest } = platforms["linux/amd64"];
    assert.ok(files.has(`${configDigest.slice(7)}.json`));
    assert.deepEqual(workshop.registry.log, []);
    assert.ok(!existsSync(workshop.output), "archives of the arguments are not written");

    const { ino } = await stat(file);
    assert.equal((await workshop.run(...argv)).code, 0);
    assert.equal((await stat(file)).ino, ino, "the same image is not written again");
  }));

test("push writes the archives of the arguments, and lists them for Hydra if asked to", () =>
  withWorkshop({}, async (workshop) => {
    const archive = { type: "docker-archive", path: "image.tar", hydraBuildProducts: true };
    const ran = await workshop.push({ archives: [archive] });
    assert.equal(ran.code, 0, ran.stderr);
    const file = join(workshop.folder, "image.tar");
    const head = (await tarFiles([await readFile(file)])).get("manifest.json");
    const [{ RepoTags }] = JSON.parse(String(head)) as [{ RepoTags: string[] }];
    assert.deepEqual(RepoTags, [`${workshop.registry.host}/acme/lix:latest`]);
    const list = join(workshop.folder, "nix-support/hydra-build-products");
    assert.equal(await readFile(list, "utf8"), `file binary-dist ${file}\n`);
  }));

test("load sends the image to the daemon that DOCKER_HOST names", () =>
  withWorkshop({}, async (workshop) => {
    const path = join(workshop.folder, "docker.sock");
    const daemon = await startDockerDaemon({ listen: { path } });
    try {
      const args = await workshop.writeArgs({ extraTags: ["v1"] });
      const ran = await workshop.runWith({ DOCKER_HOST: `unix://${path}` }, "load", args);
      assert.equal(ran.code, 0, ran.stderr);
      const name = `${workshop.registry.host}/acme/lix`;
      assert.match(ran.stdout, new RegExp(`Loaded image: ${name}:latest\n`));
      assert.match(ran.stdout, new RegExp(`Loaded image: ${name}:v1\n`));
      assert.equal(daemon.requests.length, 1);
      assert.deepEqual(workshop.registry.log, []);
    } finally {
      await daemon.close();
    }
  }));

test("load chooses the platform of the daemon", () =>
  withWorkshop({ world: { systems: ["x86_64-linux", "aarch64-linux"] } }, async (workshop) => {
    const args = await workshop.writeArgs({ systems: ["x86_64-linux", "aarch64-linux"] });
    for (const architecture of ["arm64", "amd64", "riscv64"]) {
      const daemon = await startDockerDaemon({ architecture });
      try {
        const DOCKER_HOST = `tcp://127.0.0.1:${daemon.port}`;
        const ran = await workshop.runWith({ DOCKER_HOST }, "load", args, "--json");
        if (architecture === "riscv64") {
          workshop.assertRefused(
            ran,
            "systems: expected one for riscv64, the architecture of tcp:",
          );
          assert.deepEqual(daemon.requests, []);
          continue;
        }
        assert.equal(ran.code, 0, ran.stderr);
        const { platforms } = JSON.parse(ran.stdout);
        assert.deepEqual(Object.keys(platforms), [`linux/${architecture}`]);
        assert.equal(daemon.requests.length, 1);
      } finally {
        await daemon.close();
      }
    }
  }));

test("an archive that contradicts the arguments is refused before anything is fetched", () =>
  withWorkshop({}, async (workshop) => {
    const systems = ["x86_64-linux", "aarch64-linux"];
    const args = await workshop.writeArgs({ systems });
    const several = await workshop.run("build", args, "--docker-archive", "image.tar");
    workshop.assertRefused(several, "one platform");
    assert.equal(workshop.cachedBlobs(), 0);
  }));

/** `verify --key` on images that `push` signed, in a registry and in a layout. */
import assert from "node:assert/strict";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { publicKeyVector, signingVector } from "../support/signing-vectors.ts";
import { withWorkshop } from "../support/workshop.ts";

test("a signed image is trusted by its key alone, with documents that say what it holds", () =>
  withWorkshop({}, async (workshop) => {
    for (const name of ["sec1.pem", "sec1.pub", "cosign.pub"])
      await writeFile(join(workshop.folder, name), signingVector(name));
    const documents = { sbom: ["spdx", "cyclonedx"], provenance: true };
    const args = { ...documents, sign: { keyFile: "sec1.pem" } };
    const pushed = await workshop.push(args);
    assert.equal(pushed.code, 0, pushed.stderr);
    const ref = `${workshop.registry.host}/acme/lix:latest`;

    const trusted = await workshop.run("verify", ref, "--key", "sec1.pub");
    assert.equal(trusted.code, 0, trusted.stdout + trusted.stderr);
    const { fingerprint } = publicKeyVector("sec1.pub");
    assert.ok(trusted.stdout.startsWith(`${ref} is signed by sec1.pub (${fingerprint})\n`));
    assert.match(trusted.stdout, /^ {2}the manifest \(sha256:\w+\): signed \(legacy, bundle\)$/m);
    for (const document of ["SPDX", "CycloneDX", "provenance"])
      assert.match(
        trusted.stdout,
        new RegExp(
          `^ {4}${document} \\(legacy, bundle\\): \\d+ store paths, as in the image$`,
          "m",
        ),
      );

    // A layout has the bundles. With the arguments, the image is rebuilt, too.
    const argv = ["args.json", "--oci", workshop.output, "--key", "sec1.pub", "--cached"];
    const layout = await workshop.run("verify", ...argv, "--json");
    assert.equal(layout.code, 0, layout.stdout + layout.stderr);
    const { passed, equal, trust } = JSON.parse(layout.stdout);
    assert.deepEqual([passed, equal, trust.signed, trust.key], [true, true, true, fingerprint]);
    const [{ signatures, attestations, unsigned }] = trust.subjects;
    assert.deepEqual([signatures, attestations.length], [["bundle"], 3]);
    // What is attached for scanners is what was signed.
    assert.deepEqual(unsigned, []);

    await appendFile(workshop.world.lockFile, "\n");
    const otherLock = await workshop.run("verify", ...argv);
    assert.equal(otherLock.code, 1);
    assert.match(
      otherLock.stdout,
      /provenance \(bundle\): wrong\n +the lock has sha256 \w+, not \w+$/m,
    );

    // Another lock that makes the same image, whose provenance stands beside the first.
    const twice = await workshop.push(args);
    assert.equal(twice.code, 0, twice.stderr);
    const either = await workshop.run("verify", "args.json", ref, "--key", "sec1.pub", "--cached");
    assert.equal(either.code, 0, either.stdout + either.stderr);
    assert.equal(either.stdout.match(/provenance \(legacy, bundle\): \d+ store/g)?.length, 2);

    const other = await workshop.run("verify", ref, "--key", "cosign.pub");
    assert.equal(other.code, 1);
    assert.match(other.stdout, /is not signed by cosign.pub/);
    assert.match(other.stdout, /does not count: sha256-\w+\.sig: a signature by another key$/m);
  }));

test("a key that is none is refused, and so is a docker archive", () =>
  withWorkshop({}, async (workshop) => {
    const file = await workshop.writeArgs({});
    const built = await workshop.run("build", file, "--oci", "dir");
    assert.equal(built.code, 0, built.stderr);
    const none = await workshop.run("verify", "--oci", "dir", "--key", "args.json");
    workshop.assertRefused(none, "IMAGE_KEY_INVALID");
    const missing = await workshop.run("verify", "--oci", "dir", "--key", "missing.pub");
    workshop.assertRefused(missing, "missing.pub");
    const archive = await workshop.run("verify", "--docker-archive", "x.tar", "--key", "x.pub");
    assert.equal(archive.code, 2);
    assert.match(archive.stderr, /a docker archive has no signatures/);
  }));

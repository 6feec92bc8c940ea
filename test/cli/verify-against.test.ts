/** `verify --against` on the command line: places, exit codes, and several checks in one call. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withWorkshop } from "../support/workshop.ts";

test("an image is compared with one in another place, and each check has its say", () =>
  withWorkshop({}, async (workshop) => {
    const pushed = await workshop.push({
      archives: [{ type: "docker-archive", path: "image.tar" }],
    });
    assert.equal(pushed.code, 0, pushed.stderr);
    const ref = `${workshop.registry.host}/acme/lix:latest`;
    const other = await workshop.writeArgs({ nixConf: { cores: 7 }, tag: "other" });
    const built = await workshop.run("build", other, "--oci", "dir");
    assert.equal(built.code, 0, built.stderr);

    const same = await workshop.run("verify", ref, "--against", "docker-archive:image.tar");
    assert.equal(same.code, 0, same.stderr);
    assert.match(
      same.stdout,
      /^\S+:latest compared with \S+image.tar \(sha256:\w+\): no difference\n/,
    );

    const both = await workshop.run("verify", other, "other", "--oci", "dir", "--against", ref);
    assert.equal(both.code, 1);
    assert.match(both.stdout, /^\S+dir is the image of \S+args.json: sha256:\w+$/m);
    assert.match(both.stdout, /: 1 difference is not explained$/m);
    assert.match(both.stdout, /not explained: \/etc\/nix\/nix\.conf: .*\n +\+ cores = 7$/m);

    const argv = ["verify", "--oci", "dir", "--against", `docker://${ref}`, "--json"];
    const json = await workshop.run(...argv);
    assert.equal(json.code, 1);
    const { passed, against } = JSON.parse(json.stdout);
    assert.deepEqual([passed, against.unexplained, against.ref], [false, 1, ref]);
    const [difference] = against.platforms["linux/amd64"].differences;
    assert.equal(difference.subject, "/etc/nix/nix.conf");
  }));

test("verify needs an image and something to verify it with", () =>
  withWorkshop({}, async (workshop) => {
    for (const [argv, says] of [
      [["--oci", "dir"], /name what to verify it with/],
      [["--against", "oci:dir"], /name an image/],
      [["--oci", "dir", "--against", "oci:"], /"oci:"/],
    ] as const) {
      const { code, stderr } = await workshop.run("verify", ...argv);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    }
  }));

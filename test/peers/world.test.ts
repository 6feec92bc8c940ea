/** Our image of real packages beside what docker.nix and nix2container made of them. @module */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { findProgram, pathFolders } from "../../examples/start/find-program.ts";
import { runCli } from "../support/cli.ts";
import { lixImageBuild } from "../support/lix-image.ts";
import { writeReferenceImage } from "../support/reference-image.ts";
import { findRealWorld, needsRealWorld, realWorldCache } from "../support/real-world.ts";

const world = findRealWorld();
const python = findProgram("python3", pathFolders());
const skip = needsRealWorld() || (python === undefined && "not installed: python3");

describe("the image of real packages", { skip }, () => {
  test("there is something to compare with", () => {
    assert.notEqual(world?.oracles.length, 0);
  });

  for (const oracle of world?.oracles ?? [])
    test(`is what docker.nix makes of the arguments of case ${oracle.case}`, () =>
      withTempDir(async (folder) => {
        const layout = join(folder, "image");
        const lock = world?.lockFile ?? "";
        await lixImageBuild({ ...oracle.args, lock }, { cache: realWorldCache(), layout });
        const compared = await compare(oracle.file, layout, lock);
        assert.match(compared, /\d+ passed, 0 failed/, compared);

        const reference = join(folder, "docker-nix");
        await writeReferenceImage(oracle.file, { ours: layout, layout: reference });
        const verified = await verify("--oci", layout, "--against", `oci:${reference}`);
        assert.equal(verified.code, 0, verified.stdout);
        assert.match(verified.stdout, /: every difference is intended\n/);
      }));

  test("a setting that docker.nix's image does not have is not explained", () =>
    withTempDir(async (folder) => {
      const [oracle] = world?.oracles ?? [];
      assert.ok(oracle);
      const lock = world?.lockFile ?? "";
      const [ours, other, reference] = [join(folder, "a"), join(folder, "b"), join(folder, "c")];
      const cache = realWorldCache();
      await lixImageBuild({ ...oracle.args, lock }, { cache, layout: ours });
      await writeReferenceImage(oracle.file, { ours, layout: reference });
      const nixConf = { cores: 7 };
      await lixImageBuild({ ...oracle.args, lock, nixConf }, { cache, layout: other });
      const { code, stdout } = await verify("--oci", other, "--against", `oci:${reference}`);
      assert.equal(code, 1);
      assert.match(stdout, /: 1 difference is not explained\n/);
      assert.match(stdout, /^  not explained: \/etc\/nix\/nix.conf: here .*\n +\+ cores = 7$/m);
    }));
});

const verify = (...argv: readonly string[]) =>
  runCli(["verify", ...argv], { cache: realWorldCache(), directory: tmpdir() });

/** What the script prints; it also fails where something differs. */
async function compare(...args: readonly string[]): Promise<string> {
  const script = world?.compareScript ?? "";
  const ran = promisify(execFile)(python ?? "python3", [script, ...args]);
  return (await ran.catch((error: { readonly stdout: string }) => error)).stdout;
}

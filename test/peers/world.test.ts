/** Our image of real packages beside what docker.nix and nix2container made of them. @module */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { findProgram, pathFolders } from "../../examples/start/find-program.ts";
import { lixImageBuild } from "../support/lix-image.ts";
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
      }));
});

/** What the script prints; it also fails where something differs. */
async function compare(...args: readonly string[]): Promise<string> {
  const script = world?.compareScript ?? "";
  const ran = promisify(execFile)(python ?? "python3", [script, ...args]);
  return (await ran.catch((error: { readonly stdout: string }) => error)).stdout;
}

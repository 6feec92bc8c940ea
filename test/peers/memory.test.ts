/** How much memory a build of real packages takes: it must not grow with the packages, nor with the images. @module */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { measureNode } from "../support/measured.ts";
import { findRealWorld, needsRealWorld } from "../support/real-world.ts";
import { REPOSITORY } from "../support/source-files.ts";

/** Memory may hold only the part of 207 MB of NARs that is being processed. */
const BOUND = 350_000_000;

const lock = findRealWorld()?.lockFile ?? "";

describe("the peak of memory", { skip: needsRealWorld() }, () => {
  test("stays bounded in a cold build", () =>
    withTempDir(async (folder) => {
      const args = join(folder, "args.json");
      await writeFile(args, JSON.stringify({ lock }));
      const program = join(REPOSITORY, "dist/provider/cli/main.js");
      const command = ["build", args, "--oci", join(folder, "layout")];
      const { peak } = await measureNode(program, command, {
        LIX_IMAGE_CACHE: join(folder, "cache"),
      });
      assert.ok(peak > 0 && peak < BOUND, `${peak} bytes`);
    }));

  test("does not grow with eight images at once in one process", () =>
    withTempDir(async (folder) => {
      const program = join(REPOSITORY, "test/bench/children/eight-images.js");
      const { peak } = await measureNode(program, [lock, "jq", "tree"], {
        LIX_IMAGE_CACHE: folder,
      });
      assert.ok(peak > 0 && peak < BOUND, `${peak} bytes`);
    }));
});

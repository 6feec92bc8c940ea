/** What Pulumi's own tools make of the plugin's schema. languages.test.ts runs programs in other languages. */
import assert from "node:assert/strict";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { startProgram } from "../support/run-program.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { NO_ENGINE, startPulumi } from "./fixtures/engine.ts";

const SCHEMA = join(REPOSITORY, "provider/plugin/schema.json");

test("Pulumi finds nothing wrong with the schema", NO_ENGINE, async () => {
  await withTempDir(async (folder) => {
    const { code, text } = await startPulumi(["schema", "check", SCHEMA], {
      folder,
      env: { PULUMI_HOME: folder },
    }).ended;
    assert.deepEqual([code, text], [0, ""]);
  });
});

const PROGRAM = `
import * as lix from "./nodejs/index.js";
const image = new lix.LixImage("lix", {
  registry: "ghcr.io/acme",
  layering: "closure-risk",
  compression: { algorithm: lix.CompressionAlgorithm.Zstd, level: 9 },
  user: { name: "dev", uid: 1000 },
  nixConf: { cores: 4, "experimental-features": ["nix-command", "flakes"] },
  config: { env: { EDITOR: "vi", PATH: { prepend: "/opt/bin" } } },
  sbom: ["spdx", "cyclonedx"],
  maxImageSize: "200MB",
});
export const digest: lix.LixImage["digest"] = image.digest;
export const size = lix.getLixImage({ reference: "ghcr.io/acme/lix" }).then((found) => found.size + 1);
new lix.LixImage("anyone", { user: "any", sbom: "spdx", maxImageSize: 200 });
new lix.Provider("lix", { offline: true, defaultRegistry: "ghcr.io/acme" });
// @ts-expect-error it is spelt "registry"
new lix.LixImage("misspelt", { regsitry: "ghcr.io/acme" });
`;

test("the SDK for TypeScript compiles, with a program that uses it", NO_ENGINE, async () => {
  await withTempDir(async (folder) => {
    const generated = await startPulumi(
      ["package", "gen-sdk", SCHEMA, "--language", "nodejs", "--out", folder],
      { folder, env: { PULUMI_HOME: folder } },
    ).ended;
    assert.equal(generated.code, 0, generated.text);
    await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "program.ts"), PROGRAM);
    // The version that Pulumi's SDKs are made for.
    const tsc = join(REPOSITORY, "node_modules/typescript-4.9/bin/tsc");
    const options = ["--noEmit", "--strict", "--target", "es2020", "--moduleResolution", "node"];
    const { code, stdout } = await startProgram(
      process.execPath,
      [tsc, ...options, "--module", "commonjs", "--skipLibCheck", join(folder, "program.ts")],
      { cwd: folder, env: process.env },
    ).ended;
    assert.equal(code, 0, stdout);
  });
});

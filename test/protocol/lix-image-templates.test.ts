/** Projects as `pulumi new` has written them, type-checked and run by the ts-node that Pulumi brings along. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { withInstalledPackage } from "../support/installed-package.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { withSurroundings } from "../support/surroundings.ts";
import { done } from "./fixtures/image-results.ts";
import { OF_2021, OF_2024, OF_2026, writeProject } from "./fixtures/templates.ts";
import { withHost } from "./host/host.ts";
import type { Result } from "./host/steps.ts";

const LOCK = join(REPOSITORY, "examples/quickstart/lix-image.lock.json");
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { LixImage, LixImageArgs } from "pulumi-lix";

const args: LixImageArgs = {
  registry: "ghcr.io/acme",
  lock: ${JSON.stringify(LOCK)},
  tag: pulumi.output("{version}"),
  nixConf: { cores: 4 },
};
const image = new LixImage("ci", args);
export const ref: pulumi.Output<string> = image.ref;
`;

// What npm installed for each: the first came without a compiler, and Pulumi's own is TypeScript 3.8.
const PROJECTS = [
  [OF_2021, undefined],
  [OF_2021, "typescript-4.9"],
  [OF_2024, "typescript-5.4"],
  [OF_2024, "typescript-5.9"],
  [OF_2026, "typescript-4.9"],
  [OF_2026, "typescript-5.7"],
  [OF_2026, "typescript"],
] as const;

test("projects of all Pulumi templates type-check and run with the TypeScript of their time", async () => {
  await withInstalledPackage(({ folder, install }) =>
    withSurroundings(async ({ env }) => {
      const program = join(folder, "infra");
      const preview = async (): Promise<Result> => {
        const options = { program, env: { ...env, TS_NODE_CACHE: "false" } };
        return withHost(options, (host) => host.preview({ runtime: { typescript: true } }));
      };
      // The Node types of that time, too. They are checked, because no template sets skipLibCheck.
      install("@types/node", "types-node-18");
      const refs = new Set<unknown>();
      for (const [template, compiler] of PROJECTS) {
        install("typescript", compiler);
        await writeProject(program, template, PROGRAM);
        refs.add((await done(preview())).outputs["ref"]);
      }
      const [ref, ...others] = refs;
      assert.match(String(ref), /^ghcr\.io\/acme\/lix@sha256:[0-9a-f]{64}$/);
      assert.deepEqual(others, []);

      await writeProject(program, OF_2026, PROGRAM.replace("tag:", "tags:"));
      const { failed = "", logs } = await preview();
      assert.match([failed, ...logs].join("\n"), /'tags' does not exist in type 'LixImageArgs'/);
    }),
  );
});

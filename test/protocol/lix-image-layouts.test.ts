/** How package managers lay out node_modules, and what of the package Pulumi's processes then find. */
import assert from "node:assert/strict";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { withInstalledPackage } from "../support/installed-package.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { withSurroundings } from "../support/surroundings.ts";
import { done } from "./fixtures/image-results.ts";
import { withHost, type Host } from "./host/host.ts";

const LOCK = join(REPOSITORY, "examples/quickstart/lix-image.lock.json");
const image = (from: string): string => `
const { LixImage } = ${from};
new LixImage("ci", {
  lock: ${JSON.stringify(LOCK)},
  archives: [{ type: "oci-layout", path: "image.tar" }],
});
`;

/** Lends a host of a program in a folder that has this, and links to `linked` in its node_modules. */
async function withProject(
  files: Readonly<Record<string, string>>,
  linked: Readonly<Record<string, string>>,
  use: (host: Host, folder: string) => Promise<void>,
): Promise<void> {
  await withTempDir((folder) =>
    withSurroundings(async ({ env }) => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      for (const [name, target] of Object.entries(linked)) {
        const link = join(folder, "node_modules", name);
        await mkdir(dirname(link), { recursive: true });
        await symlink(target, link, "dir");
      }
      await withHost({ program: folder, env }, (host) => use(host, folder));
    }),
  );
}

const COMMONJS = { "package.json": '{ "name": "p" }', "index.js": image('require("pulumi-lix")') };
const ESM = {
  "package.json": '{ "name": "p", "type": "module" }',
  "index.js": image('await import("pulumi-lix")'),
};

test("program and provider find the package as pnpm links it, in every operation", async () => {
  await withInstalledPackage(async ({ folder: store }) => {
    const linked = Object.fromEntries(
      ["pulumi-lix", "@pulumi/pulumi"].map((name) => [name, join(store, "node_modules", name)]),
    );
    for (const files of [COMMONJS, ESM])
      await withProject(files, linked, async (host) => {
        await done(host.up());
        await done(host.refresh());
        await done(host.destroy());
      });
  });
});

test("a program fails with what to do where only a dependency has the package", async () => {
  await withInstalledPackage(async ({ folder: store }) => {
    const modules = join(store, "node_modules");
    await mkdir(join(modules, "platform"));
    await writeFile(join(modules, "platform/index.js"), 'module.exports = require("pulumi-lix");');
    const files = { ...COMMONJS, "index.js": image('require("platform")') };
    const linked = {
      platform: join(modules, "platform"),
      "@pulumi/pulumi": join(modules, "@pulumi/pulumi"),
    };
    await withProject(files, linked, async (host, folder) => {
      const { failed, logs } = await host.preview();
      assert.match([failed, ...logs].join("\n"), /\[PROVIDER_NOT_FOUND\]\n.*direct dependency/);
      // And once it is one, all is well; without it a destroy fails as docs/pulumi-users.md says.
      const link = join(folder, "node_modules/pulumi-lix");
      await symlink(join(modules, "pulumi-lix"), link, "dir");
      await done(host.up());
      await rename(link, `${link}-away`);
      assert.match(
        (await host.destroy()).failed ?? "",
        /Cannot find module 'pulumi-lix\/provider'/,
      );
      await rename(`${link}-away`, link);
      await done(host.destroy());
    });
  });
});

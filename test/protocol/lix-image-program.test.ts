/** The class as a program has it: to look at an image of somebody else, and where it is not installed. */
import assert from "node:assert/strict";
import { mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { changes, done, ops, recorded, stepOf } from "./fixtures/image-results.ts";
import { withImage } from "./fixtures/with-image.ts";
import { withHost } from "./host/host.ts";

test("LixImage.get reads an image from its registry and never changes it", async () => {
  const program = `
    const id = pulumi.interpolate\`\${registry}/lix\`;
    if (process.env["THERE"] === undefined)
      new LixImage("lix", { registry, lixRevision: "abc", extraTags: ["v1"] });
    else {
      const there = LixImage.get("there", pulumi.interpolate\`\${id}:\${process.env["THERE"]}\`);
      deploy("web", { image: there.ref });
    }`;
  await withImage(program, async ({ host, registry }) => {
    await done(host.up());
    const ours = recorded(host);
    const up = await done(host.up({ env: { THERE: "v1" } }));
    assert.deepEqual(ops(up), ["create web", "delete lix", "read there"]);
    const { ref, digest, version, labels, platforms, size } = ours;
    const { revision, taggedRefs, ...there } = recorded(host, "there");
    for (const [key, value] of Object.entries({ ref, digest, version, labels, platforms, size }))
      assert.deepEqual(there[key as keyof typeof there], value, key);
    assert.deepEqual([revision, taggedRefs], ["abc", [`${registry.host}/lix:v1`]]);
    assert.deepEqual(stepOf(up, "web").newInputs, { image: ref });
    assert.deepEqual(changes(await done(host.refresh())), []);

    const { failed } = await host.up({ env: { THERE: "v2" } });
    assert.match(failed ?? "", /lix:v2' does not exist/);
  });
});

test("a program whose folder does not resolve the package gets an error that says what to do", async () => {
  await withTempDir(async (folder) => {
    const sdk = join(import.meta.dirname, "../../sdk/index.ts");
    const modules = join(import.meta.dirname, "../../node_modules");
    await mkdir(join(folder, "node_modules"));
    for (const name of ["@pulumi", "typescript"])
      await symlink(join(modules, name), join(folder, "node_modules", name), "dir");
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "p", type: "module" }));
    await writeFile(
      join(folder, "index.ts"),
      `import { LixImage } from ${JSON.stringify(sdk)};
       process.chdir("/");
       new LixImage("lix", { registry: "ghcr.io/acme" });`,
    );
    await withHost({ program: folder }, async (host) => {
      const { failed, logs } = await host.preview();
      const said = `${failed}\n${logs.join("\n")}`;
      assert.match(said, /pulumi-lix cannot be found from .*\[PROVIDER_NOT_FOUND\]/);
      assert.ok(said.includes(await realpath(folder)), said);
      assert.match(said, /npm install pulumi-lix/);
      assert.doesNotMatch(said, /^\s+at /m, "no stack trace");
    });
  });
});

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { makeQuickstartPackages } from "../support/quickstart-packages.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { readLock } from "../../provider/lock/read-lock.ts";
import { verifyLock } from "../../provider/lock/verify-lock.ts";
import { REPOSITORY } from "../support/source-files.ts";

const EXAMPLE = join(REPOSITORY, "examples/quickstart");

test("the committed packages are those that test/support/quickstart-packages.ts makes", async () => {
  await withTempDir(async (folder) => {
    await makeQuickstartPackages(folder);
    const made = await contents(folder, ["cache", "lix-image.lock.json"]);
    const committed = await contents(EXAMPLE, ["cache", "lix-image.lock.json"]);
    assert.deepEqual([...committed.keys()], [...made.keys()]);
    for (const [file, bytes] of made) assert.deepEqual(committed.get(file), bytes, file);
  });
});

test("the committed lock is one whose signatures hold", async () => {
  const { lock } = await readLock(join(EXAMPLE, "lix-image.lock.json"));
  await verifyLock(lock);
  assert.ok(lock.systems.get("x86_64-linux")?.packages.has("nix"));
});

test("the program has no more than twelve lines", async () => {
  const program = await readFile(join(EXAMPLE, "index.ts"), "utf8");
  assert.ok(program.split("\n").length - 1 <= 12);
});

test("the project file of the root is that of the quickstart, and leads to it", async () => {
  const read = async (folder: string): Promise<string[]> => {
    const text = await readFile(join(REPOSITORY, folder, "Pulumi.yaml"), "utf8");
    return text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  };
  const own = await read("examples/quickstart");
  assert.deepEqual(await read("."), own.toSpliced(1, 0, "main: examples/quickstart"));
});

async function contents(
  folder: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => names.some((name) => file === name || file.startsWith(join(name, "/"))))
    .sort();
  return new Map(
    await Promise.all(
      files.map(async (file) => [file, await readFile(join(folder, file))] as const),
    ),
  );
}

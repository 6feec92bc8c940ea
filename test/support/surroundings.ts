/**
 * Folders of a test's own for the user's home, for temporary files and for layers, and the environment
 * that leads there: nobody has logged in anywhere or built anything. When it is over, nothing that was
 * started or made there may be left.
 * @module
 */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";

/** `undefined` takes a variable away. */
type Environment = Readonly<Record<string, string | undefined>>;

export interface Surroundings {
  /** Has `home`, `tmp` and `cache`, and goes when the test does. */
  readonly folder: string;
  readonly env: Environment;
}

export async function withSurroundings<T>(
  use: (surroundings: Surroundings) => Promise<T>,
): Promise<T> {
  return withTempDir(async (folder) => {
    for (const name of ["home", "tmp", "cache"]) await mkdir(join(folder, name));
    const result = await use({
      folder,
      env: {
        HOME: join(folder, "home"),
        TMPDIR: join(folder, "tmp"),
        LIX_IMAGE_CACHE: join(folder, "cache"),
        DOCKER_CONFIG: undefined,
        DOCKER_AUTH_CONFIG: undefined,
        REGISTRY_AUTH_FILE: undefined,
        XDG_RUNTIME_DIR: undefined,
        XDG_CONFIG_HOME: undefined,
      },
    });
    await assertNothingLeft(folder);
    return result;
  });
}

/** A process takes its sockets with it, so processes and files are what can be left. */
async function assertNothingLeft(folder: string): Promise<void> {
  assert.deepEqual(await readdir(join(folder, "tmp")), [], "temporary files are left");
  const cached = await readdir(join(folder, "cache"), { recursive: true });
  assert.deepEqual(
    cached.filter((file) => file.endsWith(".tmp")),
    [],
    "half-written layers are left",
  );
  const running = [...(await processesOf(folder)).values()];
  assert.deepEqual(running, [], "processes are left");
}

/** By pid, the commands that have this folder in their environment, which only Linux shows. */
export async function processesOf(folder: string): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  if (process.platform !== "linux") return found;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
    if ((await read("environ")).includes(folder))
      found.set(Number(pid), (await read("cmdline")).replaceAll("\0", " "));
  }
  return found;
}

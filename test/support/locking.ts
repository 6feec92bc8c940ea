/** `lix-image lock` against a server of fixtures, in a folder of its own. @module */
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { lockCommand } from "./lock-command.ts";
import { startChannelServer, type ChannelOptions, type ChannelServer } from "./channel-server.ts";
import { BASE_PACKAGES } from "./world/base-packages.ts";
import { EXTRA_PACKAGES } from "./world/extra-packages.ts";
import type { Recipe } from "./world/recipe.ts";
import { makeWorld, type World } from "./world.ts";

export interface Locking {
  readonly dir: string;
  readonly server: ChannelServer;
  readonly world: World;
  readonly lockFile: string;
  /** The exit code, and what was printed on stdout. */
  lock(...argv: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }>;
  /** The options that take all from the server. */
  readonly options: readonly string[];
}

export interface LockingOptions {
  readonly systems?: readonly [string, ...string[]];
  readonly release?: string;
}

export async function withLocking(
  use: (locking: Locking) => Promise<void>,
  options: LockingOptions = {},
): Promise<void> {
  await withTempDir(async (dir) => {
    const world = await channelWorld(join(dir, "world"), undefined, options.systems);
    const server = await startChannelServer({
      world,
      ...(options.release === undefined ? {} : { release: options.release }),
    });
    const before = process.env["LIX_IMAGE_CACHE"];
    process.env["LIX_IMAGE_CACHE"] = join(dir, "answers");
    const lockFile = join(dir, "lix-image.lock.json");
    try {
      await use({
        dir,
        server,
        world,
        lockFile,
        lock: (...argv) => captured([...argv, "--output", lockFile]),
        options: [
          ...["--channel", server.channel],
          ...["--cache", server.cache, "--trusted-public-key", world.key.publicKey],
        ],
      });
    } finally {
      if (before === undefined) delete process.env["LIX_IMAGE_CACHE"];
      else process.env["LIX_IMAGE_CACHE"] = before;
      await server.close();
    }
  });
}

/** A release in which some packages have another version; everything else is as it was. */
export async function newRelease(
  { dir, server }: Locking,
  versions: Readonly<Record<string, string>>,
  meta?: ChannelOptions["meta"],
): Promise<void> {
  const recipes = [...BASE_PACKAGES, ...EXTRA_PACKAGES].map((recipe: Recipe) => ({
    ...recipe,
    version: versions[recipe.attribute ?? ""] ?? recipe.version,
  }));
  const count = server.releases + 1;
  await server.advance({
    world: await channelWorld(join(dir, `release-${count}`), recipes),
    release: `nixpkgs/nixpkgs-26.11pre${count}.ba9876543210`,
    evaluation: 1_800_000 + count,
    ...(meta === undefined ? {} : { meta }),
  });
}

/** NARs stored as they are, so that nothing depends on this Node's zlib. */
export const channelWorld = (
  folder: string,
  recipes?: readonly Recipe[],
  systems: readonly [string, ...string[]] = ["x86_64-linux"],
): Promise<World> =>
  makeWorld(folder, {
    systems,
    compressions: ["none"],
    nixpkgs: null,
    ...(recipes === undefined ? {} : { recipes }),
  });

async function captured(argv: readonly string[]): Promise<{ code: number; stdout: string }> {
  const write = process.stdout.write;
  let stdout = "";
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    // The runner speaks V8's serialization on the same stream.
    if (typeof chunk !== "string") return write.call(process.stdout, chunk);
    stdout += chunk;
    return true;
  };
  try {
    const code = await lockCommand(argv, { hydraIntervalMs: 0, retryDelayMs: 1 });
    return { code, stdout };
  } finally {
    process.stdout.write = write;
  }
}

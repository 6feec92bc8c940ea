/** Builds and pushes over a slow network, beside Nix, which downloads the same packages. @module */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { findProgram, pathFolders } from "../../examples/start/find-program.ts";
import { startCacheServer } from "../support/cache-server.ts";
import { withDockerRegistry } from "../support/docker-registry.ts";
import { measure, type Usage } from "../support/measured.ts";
import { needs } from "../support/peers.ts";
import { copyCache } from "../support/world/binary-cache.ts";
import type { Subject } from "./samples.ts";
import { withSlowLine, type LineOptions } from "./slow-line.ts";
import { lixImage, writeArguments, type Workbench } from "./workbench.ts";

const FAR = { roundTripMs: 50 };
const NARROW = { megabitsPerSecond: 100 };

export const networkSubjects = (bench: Workbench): Subject[] => [
  ...(findProgram("nix", pathFolders()) !== undefined
    ? [{ name: "nix copy of the same packages at 50 ms", run: () => nixCopy(bench, FAR) }]
    : []),
  { name: "build, cold, at 50 ms", run: () => coldBuild(bench, FAR) },
  ...(needs("docker-registry") === false
    ? [
        { name: "build, cold", run: () => coldBuild(bench, {}) },
        { name: "push at 100 Mbit/s, all layers known", run: () => push(bench, bench.cache) },
        {
          name: "push at 100 Mbit/s, cold",
          run: () => withTempDir((cache) => push(bench, cache)),
        },
      ]
    : []),
];

/** The bench's cache by http. */
async function withDistantCache<T>(
  { packages }: Workbench,
  line: LineOptions,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = await startCacheServer();
  try {
    await copyCache(packages.cacheFolder, server.files);
    return await withSlowLine(Number(new URL(server.url).port), line, (port) =>
      use(`http://127.0.0.1:${port}`),
    );
  } finally {
    await server.close();
  }
}

const coldBuild = (bench: Workbench, line: LineOptions): Promise<Usage> =>
  withDistantCache(bench, line, (url) =>
    withTempDir(async (folder) => {
      const lock = join(folder, "lix-image.lock.json");
      const text = await readFile(bench.packages.lockFile, "utf8");
      const { caches, ...rest } = JSON.parse(text) as { caches: object[] };
      const moved = caches.map((cache) => ({ ...cache, url }));
      await writeFile(lock, JSON.stringify({ ...rest, caches: moved }));
      const args = await writeArguments(folder, { lock });
      return lixImage(["build", args, "--oci", join(folder, "layout")], join(folder, "cache"));
    }),
  );

const nixCopy = (bench: Workbench, line: LineOptions): Promise<Usage> =>
  withDistantCache(bench, line, (url) =>
    withTempDir(async (folder) => {
      const to = `local?root=${join(folder, "store")}`;
      const options = ["--no-check-sigs", "--extra-experimental-features", "nix-command"];
      return measure(["nix", "copy", ...options, "--from", url, "--to", to, ...bench.storePaths], {
        HOME: folder,
        NIX_CONFIG: "build-users-group =\nsubstituters =\n",
      });
    }),
  );

/** Into an empty registry. */
const push = ({ packages }: Workbench, cache: string): Promise<Usage> =>
  withDockerRegistry({}, (host) =>
    withSlowLine(Number(host.split(":")[1]), NARROW, (port) =>
      withTempDir(async (folder) => {
        const registry = `127.0.0.1:${port}`;
        const args = await writeArguments(folder, { lock: packages.lockFile, registry });
        return lixImage(["push", args], cache);
      }),
    ),
  );

/** Where the quickstart pushes to, and what it saw arrive there. @module */
import { startRegistry, type TestRegistry } from "../../test/support/registry.ts";

export interface DemoRegistry {
  /** As the argument `registry` takes it. */
  readonly address: string;
  /** What it saw while `work` ran; undefined for a registry that is not ours to watch. */
  watch<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly traffic?: Traffic }>;
}

export interface Traffic {
  readonly requests: number;
  readonly blobs: number;
  readonly bytes: number;
}

/** Lends a registry: the one given, or one in this process that forgets everything afterwards. */
export async function withDemoRegistry<T>(
  address: string | undefined,
  use: (registry: DemoRegistry) => Promise<T>,
): Promise<T> {
  if (address !== undefined)
    return use({ address, watch: async (work) => ({ result: await work() }) });
  const registry = await startRegistry();
  try {
    return await use({
      address: registry.host,
      watch: async (work) => {
        const before = { requests: registry.log.length, blobs: heldBlobs(registry) };
        const result = await work();
        const sizes = [...heldBlobs(registry)].filter(([digest]) => !before.blobs.has(digest));
        const traffic = {
          requests: registry.log.length - before.requests,
          blobs: sizes.length,
          bytes: sizes.reduce((sum, [, size]) => sum + size, 0),
        };
        return { result, traffic };
      },
    });
  } finally {
    await registry.close();
  }
}

const heldBlobs = (registry: TestRegistry): ReadonlyMap<string, number> =>
  new Map([...registry.store.repositories.values()].flatMap(({ blobs }) => [...blobs]));

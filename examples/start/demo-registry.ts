/** Where the quickstart pushes to, and what arrives there. @module */
import { startRegistry } from "./registry.ts";

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
        const before = { requests: registry.requestCount(), blobs: new Set(registry.blobs.keys()) };
        const result = await work();
        const pushed = [...registry.blobs].filter(([digest]) => !before.blobs.has(digest));
        const traffic = {
          requests: registry.requestCount() - before.requests,
          blobs: pushed.length,
          bytes: pushed.reduce((sum, [, blob]) => sum + blob.length, 0),
        };
        return { result, traffic };
      },
    });
  } finally {
    await registry.close();
  }
}

import type { BuildSession } from "./build-session.ts";
import type { LayerJob } from "./layer-job.ts";

export interface ReadingAheadOptions {
  readonly session: BuildSession;
  /** In the order in which they are built; all with the same lock. */
  readonly jobs: readonly LayerJob[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `use`, which builds the layers, and requests the narinfos that it will need next. A layer alone could not ask
 * ahead for much: most layers hold one package. NARs wait for their layer, which another process may be building.
 */
export async function readingAhead<T>(
  { session, jobs, signal }: ReadingAheadOptions,
  use: () => Promise<T>,
): Promise<T> {
  const [first] = jobs;
  if (first === undefined) return use();
  const { narSourceOf } = await import("./nar-source.ts");
  const paths = jobs.flatMap(({ contents, generated, paths: locked }) =>
    contents.storePaths.flatMap((path) => (generated.has(path) ? [] : (locked.get(path) ?? []))),
  );
  return narSourceOf(session, first.lock).withNarInfosAhead(paths, signal, use);
}

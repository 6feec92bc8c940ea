/**
 * Repositories of which a refresh in this process found the image gone: the engine forgets the resource, and
 * makes it as one that never was.
 * @module
 */
import { log } from "../base/log.ts";

const lost = new Set<string>();

/** Says so, once. @param repositories all that had the image. */
export function noteLost(repositories: readonly string[]): void {
  const isNew = repositories.some((repository) => !lost.has(repository));
  for (const repository of repositories) lost.add(repository);
  if (isNew)
    log.warn(
      `${repositories.join(", ")}: the image was lost: its manifest and tags are gone; \`up\` pushes it again`,
    );
}

export const wasLost = (repository: string): boolean => lost.has(repository);

/** It is there again. */
export const noteFound = (repository: string): boolean => lost.delete(repository);

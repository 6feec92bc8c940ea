/**
 * Repositories that have lost the image, as a refresh in this process found. The engine then drops the resource from
 * its state and creates it like a new one, so this is remembered here.
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

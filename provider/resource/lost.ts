import { log } from "../base/log.ts";
import type { ResourceSession } from "./resource-session.ts";

/** Says so, once. @param repositories all that had the image. */
export function noteLost({ lost }: ResourceSession, repositories: readonly string[]): void {
  const isNew = repositories.some((repository) => !lost.has(repository));
  for (const repository of repositories) lost.add(repository);
  if (isNew)
    log.warn(
      `${repositories.join(", ")}: the image was lost: its manifest and tags are gone; \`up\` pushes it again`,
    );
}

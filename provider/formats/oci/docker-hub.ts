/** The names of Docker Hub, and of the repositories on it. @module */
import { lixError } from "../../errors/lix-error.ts";

const HOSTS: ReadonlySet<string> = new Set([
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
]);

interface Named {
  readonly host: string;
  readonly name: string;
}

/** Whether it is Docker Hub, by any of its names. */
export const isHub = (host: string): boolean => HOSTS.has(host.toLowerCase());

/** The name by which the server knows it: official images have a namespace that users leave out. */
export const nameAtHub = (repository: Named): string =>
  isOfficial(repository) ? `library/${repository.name}` : repository.name;

/**
 * Throws unless a user may have a repository of that name.
 * @param write what the user should write instead, if the host is an argument of its own.
 */
export function checkHubPush(repository: Named, write?: string): void {
  if (isOfficial(repository))
    throw lixError("HUB_NAMESPACE_MISSING", {
      host: repository.host,
      name: repository.name,
      write: write ?? `${repository.host}/<your namespace>/${repository.name}`,
    });
}

const isOfficial = ({ host, name }: Named): boolean => isHub(host) && !name.includes("/");

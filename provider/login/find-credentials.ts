/**
 * Credentials for a registry. They are looked up when they are needed, and never stored in arguments or state.
 * @module
 */
import { join } from "node:path";
import { InvalidAuthFile, credentialsIn, parseAuthFile, readAuthFile } from "./auth-file.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";
import { ecrCredentials, EcrHost } from "./ecr.ts";
import { GOOGLE_PLACES, googleCredentials, isGoogle } from "./google.ts";
import { homeOf, type Environment } from "../base/environment.ts";
import { Secrets } from "../base/secrets.ts";

/** Asks the providers in order; the first that knows the host wins. */
export async function findCredentials(
  host: string,
  repository?: string,
  environment: Environment = process.env,
): Promise<Credentials | undefined> {
  for (const provider of providersFor(host, environment)) {
    const found = await provider.find(host, repository);
    if (found === undefined) continue;
    Secrets.remember(...secretsOf(found));
    return found;
  }
  return undefined;
}

const secretsOf = (found: Credentials): string[] =>
  found.kind === "basic" ? [found.password, `${found.username}:${found.password}`] : [found.token];

/** Where {@link findCredentials} looks, for the message of a refusal. */
export function credentialPlaces(host: string, environment: Environment = process.env): string[] {
  return providersFor(host, environment).map((provider) => provider.name);
}

/**
 * The HttpHeaders in Docker's config that Docker's daemon hands on to registries. The others are for the
 * daemon alone, and may log us in there.
 * @see https://github.com/moby/moby/blob/v28.0.0/api/server/router/image/image_routes.go
 */
export async function metaHeaders(environment: Environment): Promise<Record<string, string>> {
  const file = await readAuthFile(dockerConfig(environment)).catch((error: unknown) => {
    // A registry that asks for no login does not need the file; one that does will say what is wrong.
    if (error instanceof InvalidAuthFile) return undefined;
    throw error;
  });
  const headers = typeof file?.HttpHeaders === "object" ? file.HttpHeaders : {};
  return Object.fromEntries(
    Object.entries(headers ?? {}).flatMap(([name, value]: [string, unknown]) =>
      /^x-meta-/i.test(name) && typeof value === "string" ? [[name.toLowerCase(), value]] : [],
    ),
  );
}

interface CredentialProvider {
  readonly name: string;
  readonly find: CredentialSource;
}

function providersFor(host: string, environment: Environment): CredentialProvider[] {
  const providers = [dockerAuthConfig(environment)];
  for (const path of authFiles(environment)) providers.push(authFile(path, environment));
  const ecr = EcrHost.parse(host, environment);
  if (ecr !== undefined)
    providers.push({ name: "the AWS credentials", find: () => ecrCredentials(ecr, environment) });
  if (isGoogle(host))
    providers.push({ name: GOOGLE_PLACES.join(", "), find: () => googleCredentials(environment) });
  if (host === "ghcr.io") providers.push(githubToken(environment));
  return providers;
}

/** GitLab's way to hand a docker config to a job; Pulumi ESC can set it too. */
function dockerAuthConfig(environment: Environment): CredentialProvider {
  const source = "DOCKER_AUTH_CONFIG";
  return {
    name: source,
    async find(host, repository) {
      const file = parseAuthFile(environment[source] ?? "", source);
      return await credentialsIn(file, { host, repository }, { source, environment });
    },
  };
}

const dockerConfig = (environment: Environment): string =>
  join(environment["DOCKER_CONFIG"] || join(homeOf(environment), ".docker"), "config.json");

function authFiles(environment: Environment): string[] {
  const home = homeOf(environment);
  const named = environment["REGISTRY_AUTH_FILE"];
  // containers-auth.json(5): it replaces the usual files; somebody set it on purpose.
  if (named) return [named, dockerConfig(environment)];
  const files = [dockerConfig(environment)];
  const runtime = environment["XDG_RUNTIME_DIR"];
  const uid = process.platform === "linux" ? process.getuid?.() : undefined;
  if (runtime) files.push(join(runtime, "containers", "auth.json"));
  // Where podman and skopeo write it without XDG_RUNTIME_DIR: as root, and in CI.
  else if (uid !== undefined) files.push(`/run/containers/${uid}/auth.json`);
  const config = environment["XDG_CONFIG_HOME"] || join(home, ".config");
  return [...files, join(config, "containers", "auth.json")];
}

function authFile(path: string, environment: Environment): CredentialProvider {
  return {
    name: path,
    async find(host, repository) {
      const file = await readAuthFile(path);
      if (file === undefined) return undefined;
      return await credentialsIn(file, { host, repository }, { source: path, environment });
    },
  };
}

function githubToken(environment: Environment): CredentialProvider {
  const source = "GITHUB_TOKEN";
  return {
    name: source,
    find: () => {
      const password = environment[source];
      if (!password) return Promise.resolve(undefined);
      // GHCR checks only the token, but requires a name.
      const username = environment["GITHUB_ACTOR"] || "x-access-token";
      return Promise.resolve({ kind: "basic", username, password, source });
    },
  };
}

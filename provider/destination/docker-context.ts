/**
 * Where the Docker daemon is, as Docker's own command line finds it: DOCKER_HOST, else the context
 * that DOCKER_CONTEXT or config.json names, else this machine's socket.
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { homeOf, type Environment } from "../base/environment.ts";
import { ifThere } from "../base/error-code.ts";
import { jsonIn } from "../base/json.ts";
import { sha256Hex } from "../base/sha256.ts";
import { lixError } from "../errors/lix-error.ts";

export interface DockerEndpoint {
  /** As in DOCKER_HOST: `unix:///var/run/docker.sock`. */
  readonly description: string;
  /** For node:http: a socket, or host and port. */
  readonly address:
    { readonly socketPath: string } | { readonly host: string; readonly port: number };
  /** Undefined: plain http. */
  readonly tls: DockerTls | undefined;
}

interface DockerTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly rejectUnauthorized: boolean;
}

const DEFAULT =
  process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

export async function findDocker(environment: Environment): Promise<DockerEndpoint> {
  const folder = environment["DOCKER_CONFIG"] || join(homeOf(environment), ".docker");
  const host = environment["DOCKER_HOST"];
  const context = host ? undefined : await contextName(environment, folder);
  if (context !== undefined) return endpointOfContext(context, folder);
  const verify = Boolean(environment["DOCKER_TLS_VERIFY"]);
  const tls = verify || Boolean(environment["DOCKER_TLS"]);
  const keys = environment["DOCKER_CERT_PATH"] || folder;
  return endpointOf(host || DEFAULT, tls ? await readTls(keys, verify) : undefined);
}

/** Undefined for the default one, which has no file. */
async function contextName(environment: Environment, folder: string): Promise<string | undefined> {
  const file = join(folder, "config.json");
  const name =
    environment["DOCKER_CONTEXT"] ||
    (await readJson(file, ConfigFile))?.currentContext ||
    "default";
  return name === "default" ? undefined : name;
}

async function endpointOfContext(name: string, folder: string): Promise<DockerEndpoint> {
  const id = sha256Hex(name);
  const file = join(folder, "contexts", "meta", id, "meta.json");
  const docker = (await readJson(file, ContextFile))?.Endpoints.docker;
  if (docker === undefined) throw lixError("NO_DOCKER_CONTEXT", { name, file });
  const verify = docker.SkipTLSVerify !== true;
  const tls = await readTls(join(folder, "contexts", "tls", id, "docker"), verify);
  const secure = tls.ca !== undefined || tls.cert !== undefined || !verify;
  return endpointOf(docker.Host || DEFAULT, secure ? tls : undefined);
}

function endpointOf(description: string, tls: DockerTls | undefined): DockerEndpoint {
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.*)$/.exec(description) ?? [];
  if (scheme === "unix" || scheme === "npipe")
    return { description, address: { socketPath: rest }, tls: undefined };
  const url = `http://${rest}`;
  if (!["tcp", "http", "https"].includes(scheme) || !URL.canParse(url))
    throw lixError("UNSUPPORTED_DOCKER_HOST", { host: description });
  const { hostname, port } = new URL(url);
  const secure = tls ?? (scheme === "https" ? PLAIN_TLS : undefined);
  // Brackets belong to URLs, not to addresses.
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const fallback = secure === undefined ? 2375 : 2376;
  return { description, address: { host, port: Number(port) || fallback }, tls: secure };
}

const PLAIN_TLS: DockerTls = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  rejectUnauthorized: true,
};

async function readTls(folder: string, rejectUnauthorized: boolean): Promise<DockerTls> {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) => ifThere(readFile(join(folder, name), "utf8"))),
  );
  return { ca, cert, key, rejectUnauthorized };
}

const ConfigFile = z.looseObject({ currentContext: z.string().optional() });
const ContextFile = z.looseObject({
  Endpoints: z.looseObject({
    docker: z
      .looseObject({ Host: z.string().optional(), SkipTLSVerify: z.boolean().optional() })
      .optional(),
  }),
});

/** Undefined when there is no such file, or nothing in it that can be used. */
async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await ifThere(readFile(file, "utf8"));
  return text === undefined ? undefined : schema.safeParse(jsonIn(text)).data;
}

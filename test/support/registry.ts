/**
 * A container registry in this process, for tests: the whole push and pull of
 * the distribution-spec, as strict as a real one, with a log of requests and faults on demand.
 * @module
 */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { countConnections } from "./loopback.ts";
import { answerWithFaults, firstBytes, type Fault } from "./http-faults.ts";
import { RegistryApi, type RegistryFeatures } from "./registry-api.ts";
import { RegistryGate, type RegistryAuth } from "./registry-gate.ts";
import { Reply } from "./registry-reply.ts";
import { RegistryStore } from "./registry-store.ts";
import { requestLine, type RequestLine } from "./request-line.ts";

export interface TestRegistryOptions extends RegistryFeatures {
  /** Where blobs are kept; default: in memory. */
  readonly folder?: string | undefined;
  /** Default: any free one. */
  readonly port?: number | undefined;
  readonly auth?: RegistryAuth | undefined;
  /** Default: plain http. */
  readonly tls?: ServerOptions | undefined;
}

export interface TestRegistry {
  /** `127.0.0.1:41234` */
  readonly host: string;
  readonly store: RegistryStore;
  /** In the order in which they came. */
  readonly log: RequestLine[];
  readonly faults: Fault[];
  /** How many requests of a method had such a path. */
  count(method: string, path?: RegExp): number;
  /** Makes every token worthless, as time would. */
  expireTokens(): void;
  /** How many clients are still connected. */
  openConnections(): Promise<number>;
  close(): Promise<void>;
}

export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const store = new RegistryStore(options.folder);
  const gate = new RegistryGate(options.auth);
  const api = new RegistryApi(store, options);
  const log: RequestLine[] = [];
  const faults: Fault[] = [];
  const work = {
    answer: (request: IncomingMessage) => answer(request, { api, gate }),
    begin: async (request: IncomingMessage, bytes: number) => {
      for await (const _ of firstBytes(request, bytes));
    },
  };
  const listener: RequestListener = (request, response) => {
    log.push(requestLine(request, response));
    void answerWithFaults(request, response, faults, work);
  };
  const { tls } = options;
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    host: `127.0.0.1:${port}`,
    store,
    log,
    faults,
    count: (method, path = /./) =>
      log.filter((line) => line.method === method && path.test(line.path)).length,
    expireTokens: () => gate.expireTokens(),
    openConnections: () => countConnections(server),
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await api.close();
    },
  };
}

/** A registry for as long as `use` runs. */
export async function withTestRegistry<T>(
  use: (registry: TestRegistry) => Promise<T>,
  options: TestRegistryOptions = {},
): Promise<T> {
  const registry = await startRegistry(options);
  try {
    return await use(registry);
  } finally {
    await registry.close();
  }
}

interface Parts {
  readonly api: RegistryApi;
  readonly gate: RegistryGate;
}

const PATH = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags|referrers)(?:\/([^/]*))?$/;
// distribution-spec, "Pulling manifests": <name>
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})*$`);

async function answer(request: IncomingMessage, { api, gate }: Parts): Promise<Reply> {
  const scheme = "encrypted" in request.socket ? "https" : "http";
  const url = new URL(request.url ?? "/", `${scheme}://${request.headers.host ?? "localhost"}`);
  if (url.pathname === "/token") return await gate.token(request, url);
  if (!url.pathname.startsWith("/v2/")) return Reply.error(404, "NOT_FOUND", "no such page");
  const [, repository = "", kind = "", name = ""] = PATH.exec(url.pathname) ?? [];
  const denied = gate.check(request, url, repository);
  if (denied !== undefined) return denied;
  if (url.pathname === "/v2/") return Reply.json({});
  if (!REPOSITORY.test(repository)) return Reply.error(400, "NAME_INVALID", repository);
  const operation = `${request.method ?? ""} ${kind}`;
  return await api.perform({ request, url, operation, repository, name });
}

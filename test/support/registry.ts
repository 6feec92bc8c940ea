/**
 * A container registry in this process, for tests and for the quickstart: the whole push and pull of
 * the distribution-spec, as strict as a real one, with a log of requests and faults on demand.
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { RegistryApi } from "./registry-api.ts";
import { RegistryGate, type RegistryAuth } from "./registry-gate.ts";
import { Reply } from "./registry-reply.ts";
import { RegistryStore } from "./registry-store.ts";

export interface TestRegistryOptions {
  /** Where blobs are kept; default: in memory. */
  readonly folder?: string | undefined;
  /** Default: any free one. */
  readonly port?: number | undefined;
  readonly auth?: RegistryAuth | undefined;
}

export interface RequestLine {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** 0: no answer yet, or the connection was closed without one. */
  readonly status: number;
  /** The scheme, in lower case; "" for none. */
  readonly authorization: string;
}

/** What happens instead of the right answer, or as well, to requests that fit. */
export interface Fault {
  readonly method?: string;
  readonly path?: RegExp;
  /** To how many requests. Default: 1. */
  times?: number;
  readonly act: FaultAct;
}

export type FaultAct =
  | ({ readonly kind: "answer" } & Reply)
  /** Closes the connection when this much of the request's body has come. */
  | { readonly kind: "drop"; readonly afterBytes: number }
  /** Does the work, and then says this. */
  | ({ readonly kind: "lie" } & Partial<Reply>)
  /** Does the work, and then changes the answer. */
  | { readonly kind: "change"; readonly change: (reply: Reply) => Reply }
  | { readonly kind: "wait"; readonly ms: number };

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
  close(): Promise<void>;
}

export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const store = new RegistryStore(options.folder);
  const gate = new RegistryGate(options.auth);
  const api = new RegistryApi(store);
  const log: RequestLine[] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    log.push(lineOf(request, response));
    void handle(request, response, { api, gate, faults });
  });
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Parts {
  readonly api: RegistryApi;
  readonly gate: RegistryGate;
  readonly faults: Fault[];
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parts,
): Promise<void> {
  const { socket } = request;
  const fault = faultFor(request, parts.faults);
  try {
    if (fault?.kind === "wait") await sleep(fault.ms);
    if (fault?.kind === "drop") return await dropAfter(request, fault.afterBytes);
    const reply = fault?.kind === "answer" ? fault : await answer(request, parts);
    await Reply.send(changed(reply, fault), request, response);
  } catch (error) {
    // The client went away in mid-request, or this registry has a bug.
    if (response.headersSent || socket.destroyed) response.destroy();
    else await Reply.send(Reply.error(500, "UNKNOWN", String(error)), request, response);
  }
}

const PATH = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags|referrers)(?:\/([^/]*))?$/;
// distribution-spec, "Pulling manifests": <name>
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})*$`);

async function answer(request: IncomingMessage, { api, gate }: Parts): Promise<Reply> {
  const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "localhost"}`);
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

function faultFor(request: IncomingMessage, faults: readonly Fault[]): FaultAct | undefined {
  const fault = faults.find(
    ({ method = request.method, path = /./, times = 1 }) =>
      times > 0 && method === request.method && path.test(request.url ?? ""),
  );
  if (fault !== undefined) fault.times = (fault.times ?? 1) - 1;
  return fault?.act;
}

function changed(reply: Reply, fault: FaultAct | undefined): Reply {
  if (fault?.kind === "change") return fault.change(reply);
  if (fault?.kind !== "lie") return reply;
  return { ...reply, ...fault, headers: { ...reply.headers, ...fault.headers } };
}

async function dropAfter(request: IncomingMessage, bytes: number): Promise<void> {
  // Leaving the loop below ends the request, and then it has none.
  const { socket } = request;
  let left = bytes;
  if (left > 0)
    for await (const chunk of request) if ((left -= Buffer.byteLength(chunk)) <= 0) break;
  socket.destroy();
}

function lineOf(request: IncomingMessage, response: ServerResponse): RequestLine {
  const [scheme = ""] = (request.headers.authorization ?? "").split(" ");
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    get status() {
      return response.headersSent ? response.statusCode : 0;
    },
    authorization: scheme.toLowerCase(),
  };
}

/**
 * A proxy between a client and a real registry that does to their talk what networks, load balancers
 * and tired registries do.
 * @module
 */
import { once } from "node:events";
import { createServer, request as ask, type ClientRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { answerWithFaults, firstBytes, type Fault } from "./http-faults.ts";
import { listenOnLoopback } from "./loopback.ts";
import type { Reply } from "./registry-reply.ts";
import { requestLine, type RequestLine } from "./request-line.ts";

export interface FaultProxy {
  /** `127.0.0.1:41234` */
  readonly host: string;
  readonly faults: Fault[];
  /** In the order in which they came. */
  readonly log: readonly RequestLine[];
  close(): Promise<void>;
}

/** @param upstream `127.0.0.1:5000` */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const faults: Fault[] = [];
  const log: RequestLine[] = [];
  const work = {
    answer: (request: IncomingMessage) => forward(request, upstream),
    begin: (request: IncomingMessage, bytes: number) => forwardBytes(request, upstream, bytes),
  };
  const server = createServer((request, response) => {
    log.push(requestLine(request, response));
    void answerWithFaults(request, response, faults, work);
  });
  const { url, close } = await listenOnLoopback(server);
  return { host: new URL(url).host, faults, log, close };
}

async function forward(request: IncomingMessage, upstream: string): Promise<Reply> {
  const asked = open(request, upstream);
  const answered = once(asked, "response") as Promise<[IncomingMessage]>;
  const sent = pipeline(request, asked);
  sent.catch(() => {});
  const [response] = await answered;
  const body = await buffer(response);
  const { connection: _, "transfer-encoding": __, ...headers } = response.headers;
  // Its length is that of the body, unless there is none.
  if (request.method !== "HEAD") delete headers["content-length"];
  return { status: response.statusCode ?? 0, headers: headers as Record<string, string>, body };
}

/** The registry sees so much of the body, and then that the client is gone; done when it has seen that. */
async function forwardBytes(
  request: IncomingMessage,
  upstream: string,
  bytes: number,
): Promise<void> {
  const asked = open(request, upstream)
    .on("response", (response) => response.resume())
    .on("error", () => {});
  const over = once(asked, "close");
  asked.flushHeaders();
  const [socket] = (await once(asked, "socket")) as [Socket];
  for await (const chunk of firstBytes(request, bytes)) asked.write(chunk);
  // Half a goodbye: what was written arrives, and the registry is still heard when it closes its side.
  socket.end();
  await over;
}

/** With the client's Host, so that the registry's addresses lead through here. */
const open = ({ method, url, headers }: IncomingMessage, upstream: string): ClientRequest =>
  ask(`http://${upstream}${url}`, { method, headers: { ...headers, connection: "close" } });

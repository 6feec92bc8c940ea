/**
 * A server's answers, and what goes wrong with them on demand: for the registry of the tests, and for
 * a proxy in front of any.
 * @module
 */
import { once } from "node:events";
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bytes } from "../../provider/base/bytes.ts";
import { Reply } from "./registry-reply.ts";

/** What happens instead of the right answer, or as well, to requests that fit. */
export interface Fault {
  readonly method?: string;
  /** With its query. */
  readonly path?: RegExp;
  /** To how many requests. Default: 1. */
  times?: number;
  readonly act: FaultAct;
}

export type FaultAct =
  | ({ readonly kind: "answer" } & Reply)
  /** Does nothing, and names another address for the same. */
  | {
      readonly kind: "redirect";
      readonly status: number;
      /** @param path with its query. */
      readonly to: (path: string) => string;
    }
  /** Asked before the work is done; undefined: the right answer. */
  | { readonly kind: "instead"; readonly of: (request: IncomingMessage) => Reply | undefined }
  /** Closes the connection when this much of the request's body has come; the work is not done. */
  | { readonly kind: "drop"; readonly afterBytes: number }
  /** Does the work, and then says this. */
  | ({ readonly kind: "lie" } & Partial<Reply>)
  /** Does the work, and then changes the answer. */
  | { readonly kind: "change"; readonly change: (reply: Reply, request: IncomingMessage) => Reply }
  | { readonly kind: "wait"; readonly ms: number }
  /** Does the work, and closes the connection after so much of the answer, its head included. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** Does the work, and then gives the answer's body, or all of it, one byte at a time. */
  | { readonly kind: "trickle"; readonly what: "body" | "answer"; readonly everyMs: number }
  /** Reads nothing, says nothing, and keeps the connection. */
  | { readonly kind: "hang" };

/** What a server does for a request. */
export interface Work {
  readonly answer: (request: IncomingMessage) => Promise<Reply>;
  /** The beginning of it, with the first bytes of the body. */
  readonly begin: (request: IncomingMessage, bytes: number) => Promise<void>;
}

export async function answerWithFaults(
  request: IncomingMessage,
  response: ServerResponse,
  faults: readonly Fault[],
  work: Work,
): Promise<void> {
  // What ends a request early takes its socket away.
  const { socket } = request;
  const act = faultFor(request, faults);
  try {
    if (act?.kind === "hang") return;
    if (act?.kind === "wait") await sleep(act.ms, undefined, { ref: false });
    if (act?.kind === "drop") {
      await work.begin(request, act.afterBytes);
      socket.destroy();
      return;
    }
    if (act?.kind === "redirect") {
      const headers = { location: act.to(request.url ?? "/") };
      return await Reply.send({ status: act.status, headers }, request, response);
    }
    const instead = act?.kind === "instead" ? act.of(request) : undefined;
    const reply =
      instead ?? (act?.kind === "answer" ? act : changed(await work.answer(request), act, request));
    if (act?.kind === "cut") socket.end((await rawOf(reply, request)).subarray(0, act.afterBytes));
    else if (act?.kind === "trickle") await trickle(reply, request, { ...act, socket });
    else await Reply.send(reply, request, response);
  } catch (error) {
    // The client went away in mid-request, or this server has a bug.
    if (response.headersSent || socket.destroyed) response.destroy();
    else await Reply.send(Reply.error(500, "UNKNOWN", String(error)), request, response);
  }
}

/** So much of a body; its connection stays as it is. */
export async function* firstBytes(
  request: IncomingMessage,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  if (bytes === 0) return;
  let left = bytes;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as Bytes) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

function faultFor(request: IncomingMessage, faults: readonly Fault[]): FaultAct | undefined {
  const fault = faults.find(
    ({ method = request.method, path = /./, times = 1 }) =>
      times > 0 && method === request.method && path.test(request.url ?? ""),
  );
  if (fault !== undefined) fault.times = (fault.times ?? 1) - 1;
  return fault?.act;
}

function changed(reply: Reply, act: FaultAct | undefined, request: IncomingMessage): Reply {
  if (act?.kind === "change") return act.change(reply, request);
  if (act?.kind !== "lie") return reply;
  return { ...reply, ...act, headers: { ...reply.headers, ...act.headers } };
}

/** As it would be on the wire. */
async function rawOf(reply: Reply, request: IncomingMessage): Promise<Buffer> {
  const body = request.method === "HEAD" ? Buffer.alloc(0) : await Reply.collect(reply);
  const headers = { "content-length": String(body.length), ...reply.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? "Unknown"}\r\n`;
  return Buffer.concat([Buffer.from(`${status}${lines.join("")}\r\n`), body]);
}

async function trickle(
  reply: Reply,
  request: IncomingMessage,
  { socket, what, everyMs }: { socket: Socket; what: "body" | "answer"; everyMs: number },
): Promise<void> {
  const raw = await rawOf(reply, request);
  const whole = what === "body" ? raw.indexOf("\r\n\r\n") + 4 : 0;
  const gone = once(socket, "close").then(() => "gone");
  socket.write(raw.subarray(0, whole));
  for (const byte of raw.subarray(whole)) {
    socket.write(Uint8Array.of(byte));
    if ((await Promise.race([sleep(everyMs), gone])) === "gone") return;
  }
  socket.end();
}

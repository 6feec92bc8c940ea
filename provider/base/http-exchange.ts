/** One request and its answer, on one connection, with a time limit on every wait. @module */
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { once } from "node:events";
import type { Bytes } from "./bytes.ts";
import { agentFor, ANSWER_LIMIT_MS, CONNECT_LIMIT_MS } from "./http-agent.ts";
import { Progress, STALL_LIMIT_MS } from "./http-progress.ts";
import type { OriginCertificates } from "./http-trust.ts";
import { HttpBodyMismatch, HttpTimeout, RequestBodyFailed } from "./http-unreachable.ts";

export interface Question {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly size: number; readonly open: () => Bytes } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** From the request's last byte to the answer. Default: {@link ANSWER_LIMIT_MS}. */
  readonly answerLimitMs?: number | undefined;
  /** Without progress of a body. Default: {@link STALL_LIMIT_MS}. */
  readonly stallLimitMs?: number | undefined;
  readonly certificates?: OriginCertificates | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
  readonly body: Bytes;
  readonly signal: AbortSignal | undefined;
  discard(): Promise<void>;
}

/** Rejects with the raw cause: Node's error, HttpTimeout, RequestBodyFailed. */
export async function exchange(question: Question): Promise<Answer> {
  for (;;) {
    const request = open(question);
    try {
      return await converse(request, question);
    } catch (error) {
      // The server closed a kept-alive connection just as we took it up: no try of ours failed. But a
      // body may have broken off half-way: distribution 3 keeps that part, and refuses the whole then.
      if (!request.reusedSocket || !isReset(error) || question.body !== undefined) throw error;
    }
  }
}

function open(question: Question): ClientRequest {
  const { body, url } = question;
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const sized = body !== undefined || question.method === "PUT" || question.method === "POST";
  return send(url, {
    method: question.method,
    agent: agentFor(url, question.certificates),
    headers: {
      ...question.headers,
      ...(sized ? { "content-length": String(body?.size ?? 0) } : {}),
    },
  });
}

async function converse(request: ClientRequest, question: Question): Promise<Answer> {
  const { signal } = question;
  let broken: ClientRequest | IncomingMessage = request;
  const stop = (): void => void broken.destroy(new Error("aborted"));
  const release = (): void => signal?.removeEventListener("abort", stop);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  const answered = firstAnswer(request);
  const sent = send(request, question, answered);
  try {
    // Whichever fails first is the reason; an answer counts even when the upload was cut short.
    const response = await Promise.race([answered, sent.then(() => answered)]);
    // From here on it is the response that breaks: a destroyed request would empty it silently.
    broken = response;
    return answer(response, request, question, release);
  } catch (error) {
    request.destroy();
    release();
    throw error;
  } finally {
    await sent.catch(() => {});
  }
}

/** The response, or the reason why there is none. */
function firstAnswer(request: ClientRequest): Promise<IncomingMessage> {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    // Stays for the life of the request: an unheard "error" would end the process.
    request.on("error", reject);
  });
  answered.catch(() => {});
  limitConnect(request);
  return answered;
}

// The clock starts with the socket: waiting in the agent's queue for one is no fault of the host.
function limitConnect(request: ClientRequest): void {
  request.once("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = limit(request, CONNECT_LIMIT_MS, "no connection");
    const ready = "encrypted" in socket ? "secureConnect" : "connect";
    socket.once(ready, () => clearTimeout(timer));
    request.once("close", () => clearTimeout(timer));
  });
}

/** Writes the body, no faster than the socket takes it, and stops when the answer is there. */
async function send(
  request: ClientRequest,
  question: Question,
  answered: Promise<IncomingMessage>,
): Promise<void> {
  const { body } = question;
  let done = false;
  const over = answered.then(
    () => void (done = true),
    () => void (done = true),
  );
  let size = 0;
  const progress = new Progress("of the upload", question.stallLimitMs ?? STALL_LIMIT_MS);
  if (body !== undefined)
    for await (const chunk of guarded(body.open())) {
      size += chunk.length;
      if (size > body.size || done) break;
      if (!request.write(chunk))
        await progress.wait(request, Promise.race([once(request, "drain").catch(() => {}), over]));
      progress.moved(chunk.length);
    }
  if (done) return;
  if (body !== undefined && size !== body.size) throw mismatch(question, body.size, size);
  request.end();
  const timer = limit(request, question.answerLimitMs ?? ANSWER_LIMIT_MS, "no answer");
  await over;
  clearTimeout(timer);
}

async function* guarded(source: Bytes): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw new RequestBodyFailed("the request's body failed", { cause: error });
  }
}

function answer(
  response: IncomingMessage,
  request: ClientRequest,
  question: Question,
  release: () => void,
): Answer {
  const settle = (): void => {
    release();
    // An answer in mid-upload leaves a connection that nobody can use again.
    if (!request.writableEnded) request.destroy();
  };
  response.once("close", settle);
  const body = chunks(response, question.stallLimitMs ?? STALL_LIMIT_MS);
  // Nothing will follow, so the connection is free at once even if nobody reads.
  if (question.method === "HEAD" || response.statusCode === 204 || response.statusCode === 304)
    response.resume();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    url: question.url,
    signal: question.signal,
    body,
    async discard() {
      // A short rest is read, so that the connection can be used again; a long one is not worth it.
      let left = DISCARD_LIMIT;
      const timer = setTimeout(() => response.destroy(), DISCARD_LIMIT_MS);
      try {
        for await (const chunk of body) if ((left -= chunk.length) < 0) break;
      } catch {
        // Nobody wanted it, so nobody misses it.
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

const DISCARD_LIMIT = 64 * 1024;
const DISCARD_LIMIT_MS = 1_000;

async function* chunks(response: IncomingMessage, limitMs: number): AsyncGenerator<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  const progress = new Progress("of the answer", limitMs);
  try {
    for (;;) {
      const next = await progress.wait(response, iterator.next());
      if (next.done === true) break;
      progress.moved(next.value.length);
      yield next.value;
    }
    if (!response.complete) throw new Error("the answer was cut short");
  } finally {
    if (!response.readableEnded) response.destroy();
  }
}

function limit(request: ClientRequest, ms: number, what: string): NodeJS.Timeout {
  return setTimeout(() => request.destroy(new HttpTimeout(`${what} within ${ms / 1000} s`)), ms);
}

const isReset = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ECONNRESET" || error.code === "EPIPE");

const mismatch = (question: Question, promised: number, got: number): HttpBodyMismatch =>
  new HttpBodyMismatch(
    `${question.method} body: expected ${promised} bytes; got ${got > promised ? "more" : got}`,
  );

/**
 * One request and its answer, on one connection. Every wait ends: with what was waited for, at its time
 * limit, when the caller aborts, or when the connection closes.
 * @module
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { Socket } from "node:net";
import type { Bytes } from "../base/bytes.ts";
import { mayRetry } from "../base/retry.ts";
import { RETRY, TIME_LIMIT } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";
import { agentFor } from "./agent.ts";
import { receive } from "./response.ts";
import type { RawRequest, RawResponse } from "./message.ts";
import { httpRequest } from "./node-http.ts";
import { StallGuard } from "./stall-guard.ts";
import { HttpTimeout, NotHttp, RequestBodyFailed } from "./unreachable.ts";

/** Rejects with the raw cause: Node's error, HttpTimeout, NotHttp, RequestBodyFailed. */
export async function sendOnce(raw: RawRequest): Promise<RawResponse> {
  for (let tried = 1; ; tried += 1) {
    const request = startRequest(raw);
    const outcome = new Outcome(request, raw.signal);
    const sent = sendBody(request, raw, outcome).catch((error: unknown) => {
      outcome.fail(error instanceof Error ? error : new Error(String(error)));
    });
    try {
      return receive(await outcome.answered, request, raw);
    } catch (error) {
      // The server closed a kept connection just as we took it up: no try of ours failed. But a body may
      // have broken off half-way: distribution 3 keeps that part, and refuses the whole then.
      const isStale = request.reusedSocket && isReset(error) && raw.body === undefined;
      if (!isStale || !mayRetry(RETRY.connection, "network", tried)) throw error;
    } finally {
      await sent;
    }
  }
}

// Presigned addresses and cookies of proxies are long; Node's own limit is 16 KiB.
const HEADERS_LIMIT = 64 * 1024;

function startRequest({ method, url, headers, body, ...raw }: RawRequest): ClientRequest {
  const isTls = url.protocol === "https:";
  const sized = body !== undefined || method === "PUT" || method === "POST" || method === "PATCH";
  const options: RequestOptions = {
    method,
    maxHeaderSize: HEADERS_LIMIT,
    agent: agentFor(url, raw),
    headers: { ...headers, ...(sized ? { "content-length": String(body?.size ?? 0) } : {}) },
  };
  return isTls ? httpsRequest(url, options) : httpRequest(url, options);
}

// A large chunk is written in pieces, so that a slow line shows its progress.
const PIECE = 32 * 1024;

/** Writes the body, no faster than the socket takes it, and stops when the outcome is known. */
async function sendBody(request: ClientRequest, raw: RawRequest, outcome: Outcome): Promise<void> {
  const { body } = raw;
  const guard = new StallGuard("of the upload", raw.stallLimitMs ?? TIME_LIMIT.stall.ms);
  await outcome.orElse(outcome.connected);
  let size = 0;
  if (body !== undefined && !outcome.isKnown)
    for await (const chunk of readUntilKnown(body.open(), outcome)) {
      size += chunk.length;
      if (size > body.size) break;
      for (let at = 0; at < chunk.length && !outcome.isKnown; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE);
        if (!request.write(piece)) await guard.wait(outcome.orElse(drained(request)));
        guard.moved(piece.length);
      }
    }
  if (outcome.isKnown) return;
  if (body !== undefined && size !== body.size)
    throw lixError("HTTP_BODY_MISMATCH", {
      method: raw.method,
      promised: body.size,
      got: size,
    });
  await guard.wait(outcome.orElse(new Promise<void>((done) => void request.end(done))));
  const limitMs = raw.responseLimitMs ?? TIME_LIMIT.response.ms;
  const timer = setTimeout(
    () => outcome.fail(new HttpTimeout(`no answer within ${limitMs / 1000} s`)),
    limitMs,
  );
  await outcome.known;
  clearTimeout(timer);
}

const drained = (request: ClientRequest): Promise<void> =>
  new Promise((resolve) => void request.once("drain", resolve));

/** Reads until the outcome is known; a source that is stuck then holds up nothing. */
async function* readUntilKnown(source: Bytes, outcome: Outcome): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await outcome.orElse(
        iterator.next().catch((cause: unknown) => {
          throw new RequestBodyFailed("the request's body failed", { cause });
        }),
      );
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    let timer: NodeJS.Timeout | undefined;
    const ended = iterator.return?.().catch(() => {});
    const enough = new Promise<void>(
      (over) => (timer = setTimeout(over, TIME_LIMIT.bodySource.ms)),
    );
    await Promise.race([ended, enough]);
    clearTimeout(timer);
  }
}

const isReset = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ECONNRESET" || error.code === "EPIPE");

// Go's net/http allows five by default; browsers and proxies send a few at most.
const INTERIM_ANSWERS = 32;

/** How a request ends: with an answer, or with the first of the many reasons why there is none. */
export class Outcome {
  readonly answered: Promise<IncomingMessage>;
  /** Resolves with the answer, and with its absence. */
  readonly known: Promise<void>;
  /** Resolves when the request has a connection that can carry it. */
  readonly connected: Promise<void>;
  readonly #request: ClientRequest;
  readonly #answer = Promise.withResolvers<IncomingMessage>();
  #known = false;

  constructor(request: ClientRequest, signal: AbortSignal | undefined) {
    this.#request = request;
    this.answered = this.#answer.promise;
    const stop = (): void => this.fail(new Error("aborted"));
    signal?.addEventListener("abort", stop, { once: true });
    this.known = this.answered.then(
      () => {},
      () => {},
    );
    void this.known.then(() => signal?.removeEventListener("abort", stop));
    this.#listen();
    this.connected = this.#connect();
    if (signal?.aborted === true) stop();
  }

  get isKnown(): boolean {
    return this.#known;
  }

  /**
   * The first reason counts. It does not wait for Node: a request that stands in the agent's queue does not
   * report that it was destroyed until it has a socket.
   */
  fail(reason: Error): void {
    if (this.#known) return;
    this.#known = true;
    this.#answer.reject(reason);
    this.#request.destroy(reason);
  }

  /** What `work` gives; undefined when the outcome is known before. */
  async orElse<T>(work: Promise<T>): Promise<T | undefined> {
    // Nothing waits for it after that, so its failure does not matter.
    work.catch(() => {});
    return await Promise.race([work, this.known.then(() => undefined)]);
  }

  #listen(): void {
    const request = this.#request;
    request.once("response", (response) => {
      // The outcome was known before, so this answer is not read.
      if (this.#known) return void response.destroy();
      this.#known = true;
      this.#answer.resolve(response);
    });
    // Stays for the life of the request: an unheard "error" would end the process.
    request.on("error", (error) => this.fail(error));
    request.once("close", () => this.fail(closedUnanswered()));
    const switched = ({ statusCode }: IncomingMessage, socket: Socket): void => {
      socket.destroy();
      this.fail(new NotHttp(`the answer ${statusCode} to another protocol, unasked`));
    };
    request.once("upgrade", switched);
    request.once("connect", switched);
    let interim = 0;
    request.on("information", () => {
      interim += 1;
      if (interim > INTERIM_ANSWERS)
        this.fail(new NotHttp(`more than ${INTERIM_ANSWERS} interim answers and no final one`));
    });
  }

  async #connect(): Promise<void> {
    // The agent lets a request wait while all connections to its host are in use.
    const socket = await this.#within<Socket>(
      TIME_LIMIT.queue.ms,
      "no free connection",
      (done) => void this.#request.once("socket", done),
    );
    if (socket === undefined || !isConnecting(socket)) return;
    const ready = "encrypted" in socket ? "secureConnect" : "connect";
    const { ms } = TIME_LIMIT.connect;
    await this.#within(ms, "no connection", (done) => void socket.once(ready, done));
  }

  async #within<T>(
    ms: number,
    missing: string,
    begin: (done: (value: T) => void) => void,
  ): Promise<T | undefined> {
    const timer = setTimeout(
      () => this.fail(new HttpTimeout(`${missing} within ${ms / 1000} s`)),
      ms,
    );
    try {
      return await this.orElse(new Promise<T>(begin));
    } finally {
      clearTimeout(timer);
    }
  }
}

const isConnecting = (socket: Socket): boolean =>
  socket.connecting || ("secureConnecting" in socket && socket.secureConnecting === true);

/** As Node says it of a connection that breaks. */
const closedUnanswered = (): Error =>
  Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" });

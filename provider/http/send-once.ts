/**
 * One request and its answer, on one connection. Every wait ends: with what was waited for, at its
 * time limit, at the caller's abort, or when the connection closes.
 * @module
 */
import { request as httpRequest, type ClientRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { Bytes } from "../base/bytes.ts";
import { agentFor, ANSWER_LIMIT_MS } from "./agent.ts";
import { receive } from "./response.ts";
import type { RawRequest, RawResponse } from "./message.ts";
import { Outcome } from "./outcome.ts";
import { StallGuard, STALL_LIMIT_MS } from "./stall-guard.ts";
import { HttpBodyMismatch, HttpTimeout, RequestBodyFailed } from "./unreachable.ts";

/** Rejects with the raw cause: Node's error, HttpTimeout, RequestBodyFailed. */
export async function sendOnce(raw: RawRequest): Promise<RawResponse> {
  for (;;) {
    const request = start(raw);
    try {
      return await converse(request, raw);
    } catch (error) {
      // The server closed a kept-alive connection just as we took it up: no try of ours failed. But a
      // body may have broken off half-way: distribution 3 keeps that part, and refuses the whole then.
      if (!request.reusedSocket || !isReset(error) || raw.body !== undefined) throw error;
    }
  }
}

// Presigned addresses and cookies of proxies are long; Node's own limit is 16 KiB.
const HEADERS_LIMIT = 64 * 1024;

function start({ method, url, headers, body, ...raw }: RawRequest): ClientRequest {
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

async function converse(request: ClientRequest, raw: RawRequest): Promise<RawResponse> {
  const outcome = new Outcome(request, raw.signal);
  const sent = send(request, raw, outcome).catch((error: unknown) => {
    outcome.fail(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    return receive(await outcome.answered, request, raw);
  } finally {
    await sent;
  }
}

// A large chunk is written in pieces, so that a slow line shows its progress.
const PIECE = 32 * 1024;

/** Writes the body, no faster than the socket takes it, and stops when the outcome is known. */
async function send(request: ClientRequest, raw: RawRequest, outcome: Outcome): Promise<void> {
  const { body } = raw;
  const guard = new StallGuard("of the upload", raw.stallLimitMs ?? STALL_LIMIT_MS);
  await outcome.orElse(outcome.connected);
  let size = 0;
  if (body !== undefined && !outcome.isKnown)
    for await (const chunk of readUntil(body.open(), outcome)) {
      size += chunk.length;
      if (size > body.size) break;
      for (let at = 0; at < chunk.length && !outcome.isKnown; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE);
        if (!request.write(piece)) await guard.wait(outcome.orElse(drained(request)));
        guard.moved(piece.length);
      }
    }
  if (outcome.isKnown) return;
  if (body !== undefined && size !== body.size) throw mismatch(raw, body.size, size);
  await guard.wait(outcome.orElse(new Promise<void>((done) => void request.end(done))));
  const limitMs = raw.responseLimitMs ?? ANSWER_LIMIT_MS;
  const timer = setTimeout(
    () => outcome.fail(new HttpTimeout(`no answer within ${limitMs / 1000} s`)),
    limitMs,
  );
  await outcome.known;
  clearTimeout(timer);
}

const drained = (request: ClientRequest): Promise<void> =>
  new Promise((resolve) => void request.once("drain", resolve));

// What reads the body may itself wait for somebody: it is asked to end, and not waited for.
const SOURCE_END_LIMIT_MS = 1_000;

/** Until there is an answer, or there will be none: then a source that is stuck holds nobody up. */
async function* readUntil(source: Bytes, outcome: Outcome): AsyncGenerator<Uint8Array> {
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
    const enough = new Promise<void>((over) => (timer = setTimeout(over, SOURCE_END_LIMIT_MS)));
    await Promise.race([ended, enough]);
    clearTimeout(timer);
  }
}

const isReset = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ECONNRESET" || error.code === "EPIPE");

const mismatch = (raw: RawRequest, promised: number, got: number): HttpBodyMismatch =>
  new HttpBodyMismatch(
    `${raw.method} body: expected ${promised} bytes; got ${got > promised ? "more" : got}`,
  );

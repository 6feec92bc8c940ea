/** The body of an answer, which ends whole, or with the reason why it does not. @module */
import type { ClientRequest, IncomingMessage } from "node:http";
import { TIME_LIMIT } from "../base/retry-policy.ts";
import type { RawRequest, RawResponse } from "./message.ts";
import { StallGuard } from "./stall-guard.ts";

// A short rest is read, so that the connection can be used again; a long one is not worth it.
const SHORT_LIMIT = 64 * 1024;

export function receive(
  response: IncomingMessage,
  request: ClientRequest,
  { method, url, signal, stallLimitMs = TIME_LIMIT.stall.ms, leastRate }: RawRequest,
): RawResponse {
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  // It is the response that breaks, for a destroyed request would empty it silently.
  const stop = (error: Error): void => {
    broken.reject(error);
    response.destroy(error);
  };
  const abort = (): void => stop(new Error("aborted"));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  response.once("close", () => {
    signal?.removeEventListener("abort", abort);
    // A connection whose upload was answered half-way cannot be used again.
    if (!request.writableEnded) request.destroy();
  });
  const body = chunks(
    response,
    new StallGuard("of the answer", stallLimitMs, leastRate),
    broken.promise,
  );
  // Nothing follows, so the connection becomes free even if nobody reads.
  if (method === "HEAD" || response.statusCode === 204 || response.statusCode === 304)
    response.resume();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    url,
    signal,
    body,
    async readShort() {
      const pieces: Uint8Array[] = [];
      let left = SHORT_LIMIT;
      const timer = setTimeout(() => stop(new Error("enough of it")), TIME_LIMIT.restOfAnswer.ms);
      try {
        for await (const chunk of body) {
          if ((left -= chunk.length) < 0) break;
          pieces.push(chunk);
        }
      } catch {
        // What has come so far is enough.
      } finally {
        clearTimeout(timer);
      }
      return Buffer.concat(pieces);
    },
  };
}

async function* chunks(
  response: IncomingMessage,
  guard: StallGuard,
  broken: Promise<never>,
): AsyncGenerator<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  try {
    for (;;) {
      const coming = iterator.next();
      coming.catch(() => {});
      const next = await guard.wait(Promise.race([coming, broken]));
      if (next.done === true) break;
      guard.moved(next.value.length);
      yield next.value;
    }
    if (!response.complete) throw new Error("the answer was cut short");
  } finally {
    if (!response.readableEnded) response.destroy();
  }
}

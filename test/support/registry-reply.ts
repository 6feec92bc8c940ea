import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

/** A whole answer of the test registry; `body` may be a stream of bytes. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?:
    string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined;
}

export const Reply = {
  /** @see distribution-spec, "Error Codes" */
  error: (status: number, code: string, message: string): Reply =>
    Reply.json({ errors: [{ code, message }] }, status),

  json: (value: unknown, status = 200): Reply => ({
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  }),

  /** The whole body. */
  async collect({ body = "" }: Reply): Promise<Buffer> {
    if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body);
    return await buffer(Readable.from(body));
  },

  async send(reply: Reply, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The rest of a refused body is read, so that the client gets to see the answer.
    request.resume();
    const { body = "", status } = reply;
    const isWhole = typeof body === "string" || body instanceof Uint8Array;
    const whole = isWhole ? Buffer.from(body) : undefined;
    const headers: Record<string, string> = {
      // Not on the pages of what is in front of a registry.
      ...(reply.headers?.["content-type"]?.startsWith("text/html") !== true && {
        "docker-distribution-api-version": "registry/2.0",
      }),
      ...(whole && status !== 204 ? { "content-length": String(whole.length) } : {}),
      ...reply.headers,
    };
    // An empty one takes it away.
    const sent = Object.entries(headers).filter(([, value]) => value !== "");
    response.writeHead(status, Object.fromEntries(sent));
    if (request.method === "HEAD") response.end();
    else if (isWhole) response.end(whole);
    else await pipeline(body, response);
  },
};

import type { IncomingMessage, ServerResponse } from "node:http";

/** A line of a server's log. */
export interface RequestLine {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** 0: no answer yet, or the connection was closed without one. */
  readonly status: number;
  /** The scheme, in lower case; "" for none. */
  readonly authorization: string;
}

export function requestLine(request: IncomingMessage, response: ServerResponse): RequestLine {
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

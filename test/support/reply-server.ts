/**
 * A web server in this process with an answer for each path and a log of the requests.
 * @module
 */
import { createServer } from "node:http";
import { listenOnLoopback } from "./loopback.ts";

export interface Reply {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface ReplyServer {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** By path with its query; everything else is 404. */
  readonly replies: Map<string, Reply>;
  /** Given before those of `replies`, one a request. */
  readonly first: Map<string, Reply[]>;
  readonly log: { readonly path: string; readonly userAgent: string; readonly at: number }[];
  close(): Promise<void>;
}

export async function startReplyServer(): Promise<ReplyServer> {
  const replies: ReplyServer["replies"] = new Map();
  const first: ReplyServer["first"] = new Map();
  const log: ReplyServer["log"] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    log.push({ path, userAgent: request.headers["user-agent"] ?? "", at: performance.now() });
    const reply = first.get(path)?.shift() ??
      replies.get(path) ?? { status: 404, body: "not found\n" };
    response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? "");
  });
  return {
    ...(await listenOnLoopback(server)),
    replies,
    first,
    log,
  };
}

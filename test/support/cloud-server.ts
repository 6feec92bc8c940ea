import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { listenOnLoopback } from "./loopback.ts";

export interface CloudReply {
  /** Default: 200. */
  readonly status?: number;
  readonly body: string;
}

export interface CloudRequest {
  readonly request: IncomingMessage;
  readonly body: string;
}

export type CloudAnswers = Readonly<Record<string, (asked: CloudRequest) => CloudReply>>;

/** A cloud on loopback: one answer by method and path; all else is 404. Lends an empty home, too. */
export async function withCloud(
  answers: CloudAnswers,
  use: (endpoint: string, home: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const answer = answers[`${request.method} ${request.url}`]?.({ request, body });
      response.writeHead(answer?.status ?? (answer ? 200 : 404)).end(answer?.body ?? "");
    });
  });
  const { url, close } = await listenOnLoopback(server);
  await withTempDir((home) => use(url, home)).finally(close);
}

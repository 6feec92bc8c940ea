/**
 * What of Docker's daemon `lix-image load` talks to: it says what it is at `GET /version`, takes an image
 * as `POST /images/load` and answers as the daemon does. It keeps those, for tests to look into.
 * @module
 */
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { ListenOptions } from "node:net";
import { buffer } from "node:stream/consumers";
import { closeServer } from "./loopback.ts";
import { tarFiles } from "./tar-files.ts";

export interface DockerDaemon {
  /** 0 for one on a socket. */
  readonly port: number;
  readonly requests: readonly LoadRequest[];
  close(): Promise<void>;
}

export interface LoadRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface DockerDaemonOptions {
  /** Default: a free port of this machine. */
  readonly listen?: ListenOptions;
  readonly tls?: ServerOptions;
  /** Instead of loading anything. */
  readonly answer?: {
    readonly status: number;
    readonly body: string;
    /** Breaks off after the body, before the answer ends. */
    readonly cut?: boolean;
  };
  /** The architecture of the daemon's machine, as Go names it. Default: `amd64`. */
  readonly architecture?: string;
}

export async function startDockerDaemon(options: DockerDaemonOptions = {}): Promise<DockerDaemon> {
  const requests: LoadRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const { method, url, headers } = request;
    const answer = async (): Promise<void> => {
      const body = await buffer(request);
      if (method === "GET" && url === "/version") {
        response.end(JSON.stringify({ Os: "linux", Arch: options.architecture ?? "amd64" }));
        return;
      }
      requests.push({ method, url, headers, body });
      const given = options.answer ?? { status: 200, body: await loaded(body) };
      response.writeHead(given.status, { "content-type": "application/json" });
      if (given.cut === true) response.write(given.body, () => response.destroy());
      else response.end(given.body);
    };
    // A client that went away in the middle wants no answer.
    answer().catch(() => request.destroy());
  };
  const server =
    options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve, reject) => {
    const where = options.listen ?? { port: 0, host: "127.0.0.1" };
    server.once("error", reject).listen(where, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    requests,
    close: () => closeServer(server),
  };
}

async function loaded(archive: Buffer): Promise<string> {
  const files = await tarFiles([archive]);
  const [{ RepoTags }] = JSON.parse(String(files.get("manifest.json"))) as [Manifest];
  return RepoTags.map((tag) => `${JSON.stringify({ stream: `Loaded image: ${tag}\n` })}\r\n`).join(
    "",
  );
}

interface Manifest {
  readonly RepoTags: readonly string[];
}

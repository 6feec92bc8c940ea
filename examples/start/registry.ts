/**
 * A container registry of one process that keeps everything in memory: as much of the distribution-spec as
 * a push, a look at a tag and the moving of a tag need.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { buffer } from "node:stream/consumers";

export interface MemoryRegistry {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** By digest. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  readonly requestCount: () => number;
  readonly close: () => Promise<void>;
}

export async function startRegistry(): Promise<MemoryRegistry> {
  const held: Held = {
    blobs: new Map(),
    manifests: new Map(),
    tags: new Map(),
    uploads: new Map(),
  };
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    answer(request, held).then(
      ({ status, headers, body }) => {
        response.writeHead(status, { "content-length": body?.length ?? 0, ...headers });
        response.end(request.method === "HEAD" ? undefined : body);
      },
      // The client closed the connection in the middle of its request.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    host: `127.0.0.1:${portOf(server)}`,
    blobs: held.blobs,
    requestCount: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Held {
  readonly blobs: Map<string, Uint8Array>;
  readonly manifests: Map<string, Manifest>;
  /** Digests by `repository:tag`. */
  readonly tags: Map<string, string>;
  readonly uploads: Map<string, Uint8Array>;
}

interface Manifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

const NOT_FOUND: Answer = { status: 404 };
const PATH = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags)\/([^/]*)$/;

async function answer(request: IncomingMessage, held: Held): Promise<Answer> {
  const bytes = await buffer(request);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://registry");
  if (pathname === "/v2/") return { status: 200 };
  const [, repository = "", kind = "", name = ""] = PATH.exec(pathname) ?? [];
  const tag = `${repository}:${name}`;
  switch (`${request.method} ${kind}`) {
    case "HEAD blobs":
    case "GET blobs": {
      const body = held.blobs.get(name);
      return body === undefined ? NOT_FOUND : { status: 200, headers: digestHeader(name), body };
    }
    case "POST blobs/uploads":
      return received(held, { repository, id: randomUUID(), bytes });
    case "PATCH blobs/uploads":
      return received(held, { repository, id: name, bytes });
    case "PUT blobs/uploads": {
      const digest = searchParams.get("digest") ?? "";
      const blob = Buffer.concat([held.uploads.get(name) ?? Buffer.of(), bytes]);
      held.uploads.delete(name);
      if (digestOf(blob) !== digest) return { status: 400 };
      held.blobs.set(digest, blob);
      return created(`/v2/${repository}/blobs/${digest}`, digest);
    }
    case "HEAD manifests":
    case "GET manifests": {
      const digest = held.tags.get(tag) ?? name;
      const manifest = held.manifests.get(digest);
      if (manifest === undefined) return NOT_FOUND;
      const headers = { "content-type": manifest.mediaType, ...digestHeader(digest) };
      return { status: 200, headers, body: manifest.bytes };
    }
    case "PUT manifests": {
      const digest = digestOf(bytes);
      held.manifests.set(digest, { mediaType: request.headers["content-type"] ?? "", bytes });
      if (name !== digest) held.tags.set(tag, digest);
      return created(`/v2/${repository}/manifests/${digest}`, digest);
    }
    case "GET tags": {
      const tags = [...held.tags.keys()].flatMap((each) =>
        each.startsWith(`${repository}:`) ? each.slice(repository.length + 1) : [],
      );
      return { status: 200, body: Buffer.from(JSON.stringify({ name: repository, tags })) };
    }
    default:
      return NOT_FOUND;
  }
}

interface Received {
  readonly repository: string;
  readonly id: string;
  readonly bytes: Uint8Array;
}

function received(held: Held, { repository, id, bytes }: Received): Answer {
  const all = Buffer.concat([held.uploads.get(id) ?? Buffer.of(), bytes]);
  held.uploads.set(id, all);
  const range = `0-${Math.max(all.length - 1, 0)}`;
  return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${id}`, range } };
}

const created = (location: string, digest: string): Answer => ({
  status: 201,
  headers: { location, ...digestHeader(digest) },
});

const digestHeader = (digest: string) => ({ "docker-content-digest": digest });

const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the registry has no port");
  return address.port;
}

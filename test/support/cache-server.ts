/**
 * A binary cache by http in this process, with a log of requests and faults on demand.
 * @module
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { NarInfo } from "../../provider/formats/nix/narinfo.ts";
import { NarHash } from "../../provider/formats/nix/nix-hash.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { formatLock } from "../../provider/lock/write-lock.ts";
import { listenOnLoopback } from "./loopback.ts";
import type { World } from "./world.ts";

/** What happens to requests that fit instead of the right answer, or to it. */
export interface CacheFault {
  readonly path: RegExp;
  /** To how many requests. Default: all. */
  times?: number;
  readonly act:
    | { readonly kind: "status"; readonly status: number; readonly headers?: Headers }
    /** Closes the connection after this much of the body. */
    | { readonly kind: "drop"; readonly afterBytes: number }
    | { readonly kind: "body"; readonly body: string | Uint8Array; readonly headers?: Headers }
    | { readonly kind: "redirect"; readonly to: string; readonly status?: number }
    /** Sends the right answer with a Content-Encoding that was not requested. */
    | { readonly kind: "encode"; readonly coding: "zstd" | "gzip" | "br" }
    | { readonly kind: "wait"; readonly ms: number }
    /** Gives the right answer once this has resolved. */
    | { readonly kind: "hold"; readonly until: Promise<unknown> };
}
type Headers = Readonly<Record<string, string>>;

export interface CacheRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

export interface CacheServer {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** By path below the root, without its slash. */
  readonly files: Map<string, Uint8Array>;
  readonly faults: CacheFault[];
  readonly log: CacheRequest[];
  count(path: RegExp): number;
  /** How many clients are still connected. */
  openConnections(): Promise<number>;
  close(): Promise<void>;
}

export async function startCacheServer(): Promise<CacheServer> {
  const files = new Map([["nix-cache-info", Buffer.from("StoreDir: /nix/store\nPriority: 40\n")]]);
  const faults: CacheFault[] = [];
  const log: CacheRequest[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").slice(1);
    const { authorization } = request.headers;
    log.push({ method: request.method ?? "", path, authorization });
    void answer({ path, files, faults }, request, response);
  });
  return {
    ...(await listenOnLoopback(server)),
    files,
    faults,
    log,
    count: (path) => log.filter((request) => path.test(request.path)).length,
  };
}

/** Puts a NAR and its narinfo into a cache; returns what a lock would record of it. */
export function addPath(
  files: Map<string, Uint8Array>,
  nar: Uint8Array,
  given: Partial<NarInfo> & { readonly stored?: Uint8Array; readonly name?: string } = {},
): NarInfo {
  const { stored = nar, name = "example", ...fields } = given;
  const narHash = NarHash.of(nar);
  // Any 32 digits will do: these tests do not recompute the path.
  const hash = NarHash.toNix32(narHash).slice(7, 39);
  const info: NarInfo = {
    storePath: StorePath.fromBaseName(`${hash}-${name}`),
    narHash,
    narSize: nar.length,
    references: [],
    signatures: [],
    url: `nar/${hash}.nar`,
    compression: "none",
    ...fields,
  };
  files.set(`${hash}.narinfo`, Buffer.from(NarInfo.format(info)));
  files.set(info.url, stored);
  return info;
}

interface Parts {
  readonly path: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly faults: readonly CacheFault[];
}

async function answer(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const act = takeFault(parts);
  if (act?.kind === "hold") await act.until;
  if (act?.kind === "wait") await sleep(act.ms, undefined, { ref: false });
  if (act?.kind === "status") return void response.writeHead(act.status, act.headers).end("no\n");
  if (act?.kind === "redirect")
    return void response.writeHead(act.status ?? 307, { location: act.to }).end("elsewhere\n");
  const file = act?.kind === "body" ? Buffer.from(act.body) : parts.files.get(parts.path);
  if (file === undefined) return void response.writeHead(404).end("not found\n");
  const body = act?.kind === "encode" ? ENCODERS[act.coding](file) : file;
  response.writeHead(200, {
    "content-length": body.length,
    ...(act?.kind === "encode" ? { "content-encoding": act.coding } : {}),
    ...(act?.kind === "body" ? act.headers : {}),
  });
  if (act?.kind !== "drop") return void response.end(request.method === "HEAD" ? "" : body);
  response.write(body.subarray(0, act.afterBytes), () => response.destroy());
}

function takeFault({ path, faults }: Parts): CacheFault["act"] | undefined {
  const fault = faults.find((each) => (each.times ?? 1) > 0 && each.path.test(path));
  if (fault?.times !== undefined) fault.times -= 1;
  return fault?.act;
}

const ENCODERS = { zstd: zstdCompressSync, gzip: gzipSync, br: brotliCompressSync };

/** From now on the world's packages are in this cache, and its lock says so. */
export async function serveWorld(world: World, server: CacheServer): Promise<void> {
  for (const entry of await readdir(world.cacheFolder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    server.files.set(file.slice(world.cacheFolder.length + 1), await readFile(file));
  }
  const caches = world.lock.caches.map((cache) => ({ ...cache, url: server.url }));
  await writeFile(world.lockFile, formatLock({ ...world.lock, caches }));
}

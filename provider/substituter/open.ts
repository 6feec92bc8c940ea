/** From the URL of a cache to its substituter. @module */
import { fileURLToPath } from "node:url";
import { redactUrl } from "../base/redact.ts";
import { lixError } from "../errors/lix-error.ts";
import { binaryCache } from "./binary-cache.ts";
import { fileCacheFiles } from "./file-cache.ts";
import { httpCacheFiles, type HttpCacheOptions } from "./http-cache.ts";
import { LocalStoreUrl } from "./local-store-url.ts";
import { offlineCache } from "./offline-cache.ts";
import { localStore } from "./local-store.ts";
import { s3CacheFiles, type S3Options } from "./s3-cache.ts";
import type { Substituter } from "./substituter.ts";

export interface OpenOptions extends S3Options, Pick<HttpCacheOptions, "netrc"> {
  /** A cache by network fails without being asked. */
  readonly offline?: boolean | undefined;
}

/** `http(s)://…`, `s3://…`, `file:///…`, `local` or `local?root=…`. Opens no connection. */
export function openSubstituter(text: string, options: OpenOptions = {}): Substituter {
  const local = LocalStoreUrl.parse(text);
  if (local !== undefined) return localStore(local);
  const url = URL.parse(text);
  if (url === null) throw lixError("UNSUPPORTED_CACHE", { url: JSON.stringify(text) });
  if (options.offline === true && url.protocol !== "file:") return offlineCache(redactUrl(url));
  if (url.protocol === "s3:") return binaryCache(s3CacheFiles(url, options));
  // `?priority=`, `?trusted=`, `?compression=` and the like are settings of Nix's client.
  url.search = "";
  url.hash = "";
  switch (url.protocol) {
    case "http:":
    case "https:":
      if (!url.pathname.endsWith("/")) url.pathname += "/";
      return binaryCache(httpCacheFiles(url, options));
    case "file:":
      return binaryCache(fileCacheFiles(folderOf(url)));
    default:
      throw lixError("UNSUPPORTED_CACHE", { url: redactUrl(url) });
  }
}

function folderOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw lixError("UNSUPPORTED_CACHE", { url: url.href, write: "file:///absolute/path" });
  }
}

/** From the URL of a cache to its substituter. @module */
import { fileURLToPath } from "node:url";
import { LixImageError } from "../base/errors.ts";
import { redactUrl } from "../base/redact.ts";
import { binaryCache } from "./binary-cache.ts";
import { fileCacheFiles } from "./file-cache.ts";
import { httpCacheFiles, type HttpCacheOptions } from "./http-cache.ts";
import type { Substituter } from "./substituter.ts";

/** `http(s)://…` or `file:///…`. Opens no connection. */
export function openSubstituter(text: string, options: HttpCacheOptions = {}): Substituter {
  const url = URL.parse(text);
  if (url === null) throw new UnsupportedCache(JSON.stringify(text));
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
    case "s3:":
      throw new UnsupportedCache(
        redactUrl(url),
        "s3:// is not there yet; a public bucket can be had by its https:// address",
      );
    default:
      throw new UnsupportedCache(redactUrl(url));
  }
}

function folderOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw new UnsupportedCache(url.href, "write file:///absolute/path");
  }
}

export class UnsupportedCache extends LixImageError {
  readonly code = "UNSUPPORTED_CACHE";
  constructor(url: string, hint = "write https://…, http://… or file:///…") {
    super(`cache ${url}: not a kind of cache that can be used`, { hint });
  }
}

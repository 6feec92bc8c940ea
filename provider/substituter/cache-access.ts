/** Who asks a cache for files. @module */
import { LixImageError } from "../base/errors.ts";
import { basicOf, type HttpResponse } from "../base/http.ts";
import { redactUrl } from "../base/redact.ts";
import { netrcAuthorization } from "./netrc.ts";

export interface CacheAccess {
  /** Headers for a file of the cache's own origin, nobody else's; undefined when there are none. */
  headers(target: URL): Promise<Readonly<Record<string, string>> | undefined>;
  /**
   * Judges an answer that is neither the file nor "there is none": "missing" after all, "again" with
   * other headers, undefined for no opinion. Throws where it knows what is wrong.
   */
  judge(response: HttpResponse, label: string): Promise<"missing" | "again" | undefined>;
  /** False where another address would need other headers. */
  readonly redirects: boolean;
}

/** A user in the URL goes before netrc. @see base/http.ts */
export function passwordAccess(root: URL): CacheAccess {
  let authorization: Promise<string | undefined> | undefined;
  const secret = async (): Promise<string | undefined> =>
    (authorization ??=
      root.username === ""
        ? netrcAuthorization(root.hostname)
        : Promise.resolve(basicOf(root, redactUrl(root))));
  return {
    redirects: true,
    async headers() {
      const value = await secret();
      return value === undefined ? undefined : { authorization: value };
    },
    async judge({ status, headers }, label) {
      if (status !== 401 && status !== 403) return undefined;
      const sent = await secret();
      // S3 answers 403 for what is not there to those who may not list. Nix takes it for that.
      if (sent === undefined) return "missing";
      const bearer = bearerOf(sent);
      const wantsBearer = /(?:^|,)\s*bearer\b/i.test(headers["www-authenticate"] ?? "");
      if (status !== 401 || bearer === undefined || !wantsBearer)
        throw new CacheDenied(label, status);
      authorization = Promise.resolve(bearer);
      return "again";
    },
  };
}

/** netrc has no tokens, so users of caches with tokens write theirs as the password. */
function bearerOf(authorization: string): string | undefined {
  const [, pair] = /^Basic (.*)$/.exec(authorization) ?? [];
  if (pair === undefined) return undefined;
  return `Bearer ${Buffer.from(pair, "base64")
    .toString("utf8")
    .replace(/^[^:]*:/, "")}`;
}

export class CacheDenied extends LixImageError {
  readonly code = "CACHE_DENIED";
  constructor(label: string, status: number) {
    super(`${label}: the cache answers ${status} to the credentials it was given`, {
      hint: "check the entry for its host in netrc (NETRC, ~/.netrc or /etc/nix/netrc)",
    });
  }
}

/** Who asks a cache for files. @module */
import { isConfidential } from "../base/confidential.ts";
import type { LixImageError } from "../base/errors.ts";
import { basicOf, type HttpResponse } from "../http/request.ts";
import { redactUrl } from "../base/redact.ts";
import { lixError } from "../errors/lix-error.ts";
import { netrcAuthorization, netrcHasDefault } from "./netrc.ts";

export interface CacheAccess {
  /** Headers for a file of the cache's own origin, nobody else's; undefined when there are none. */
  headers(target: URL): Promise<Readonly<Record<string, string>> | undefined>;
  /**
   * Judges an answer that is neither the file nor "there is none": "missing" after all, "again" with
   * other headers, undefined for no opinion. Throws where it knows what is wrong.
   */
  judge(response: HttpResponse, label: string): Promise<"missing" | "again" | undefined>;
  /**
   * What was taken for "missing" and may have been a refusal: Nix goes on to the next cache then, and
   * who finds the file nowhere should know.
   */
  refusal(label: string): LixImageError | undefined;
  /** False where another address would need other headers. */
  readonly redirects: boolean;
}

/** A user in the URL goes before netrc. @see http/request.ts */
export function passwordAccess(root: URL): CacheAccess {
  let login: Promise<Login> | undefined;
  const find = (): Promise<Login> => (login ??= findLogin(root));
  const refused = new Map<string, { readonly status: number; readonly missing: string }>();
  return {
    redirects: true,
    refusal(label) {
      const known = refused.get(label);
      return (
        known && lixError("CACHE_DENIED", { label, status: known.status, missing: known.missing })
      );
    },
    async headers() {
      const { authorization } = await find();
      return authorization === undefined ? undefined : { authorization };
    },
    async judge({ status, headers }, label) {
      if (status !== 401 && status !== 403) return undefined;
      const { authorization, missing } = await find();
      if (authorization === undefined) {
        // S3 answers 403 for what is not there to those who may not list. Nix takes it for that.
        refused.set(label, { status, missing });
        return "missing";
      }
      const bearer = bearerOf(authorization);
      const wantsBearer = /(?:^|,)\s*bearer\b/i.test(headers["www-authenticate"] ?? "");
      if (status !== 401 || bearer === undefined || !wantsBearer)
        throw lixError("CACHE_DENIED", { label, status, missing: undefined });
      login = Promise.resolve({ authorization: bearer, missing: "" });
      return "again";
    },
  };
}

interface Login {
  readonly authorization: string | undefined;
  /** What to do for one. */
  readonly missing: string;
}

async function findLogin(root: URL): Promise<Login> {
  const { username, hostname } = root;
  if (username !== "") return { authorization: basicOf(root, redactUrl(root)), missing: "" };
  const authorization = await netrcAuthorization(hostname);
  const place = `${hostname} in netrc (NETRC, ~/.netrc or /etc/nix/netrc)`;
  if (authorization === undefined) {
    const notDefault = (await netrcHasDefault()) ? "; its `default` is for no cache" : "";
    const isS3 = /(?:^|\.)s3[.-]/.test(hostname);
    const bucket = isS3 ? ", or write s3://BUCKET?region=… for keys of AWS" : "";
    return {
      authorization,
      missing: `if it wants a login, add an entry for ${place}${notDefault}${bucket}`,
    };
  }
  // The lock says which scheme, and with http everybody on the way gets what is sent.
  if (!isConfidential(root))
    return {
      authorization: undefined,
      missing: `the entry for ${place} is not sent by plain http: use https`,
    };
  return { authorization, missing: "" };
}

/** netrc has no tokens, so users of caches with tokens write theirs as the password. */
function bearerOf(authorization: string): string | undefined {
  const [, pair] = /^Basic (.*)$/.exec(authorization) ?? [];
  if (pair === undefined) return undefined;
  return `Bearer ${Buffer.from(pair, "base64")
    .toString("utf8")
    .replace(/^[^:]*:/, "")}`;
}

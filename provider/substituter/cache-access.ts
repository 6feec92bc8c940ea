/** The credentials for a cache, and what its refusals mean. @module */
import { isConfidential } from "../base/confidential.ts";
import type { LixImageError } from "../base/errors.ts";
import { basicOf, type HttpResponse } from "../http/request.ts";
import { redactUrl } from "../base/redact.ts";
import { lixError } from "../errors/lix-error.ts";
import { netrcAuthorization, netrcHasDefault } from "./netrc.ts";

export interface CacheAccess {
  /** Headers for a file at the cache's own origin only; undefined if there are none. */
  headers(target: URL): Promise<Readonly<Record<string, string>> | undefined>;
  /**
   * Judges an answer that is neither the file nor a 404: "missing" means that the file is missing after all,
   * "again" that other headers are worth a try, undefined that it cannot tell. Throws if it knows what is
   * wrong.
   */
  judge(response: HttpResponse, label: string): Promise<"missing" | "again" | undefined>;
  /**
   * A refusal that was taken for "missing". Nix goes on to the next cache then; if no cache has the file,
   * the user should see the refusal.
   */
  refusal(label: string): LixImageError | undefined;
  /** False if another address would need other headers. */
  readonly redirects: boolean;
}

/** A user in the URL goes before netrc. @param netrc its file. @see http/request.ts */
export function passwordAccess(root: URL, netrc?: string): CacheAccess {
  let login: Promise<Login> | undefined;
  const find = (): Promise<Login> => (login ??= findLogin(root, netrc));
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
        // S3 answers 403 for a missing file if the client may not list the bucket. Nix takes it for missing.
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
  /** What the user can do to have one. */
  readonly missing: string;
}

async function findLogin(root: URL, netrc: string | undefined): Promise<Login> {
  const { username, hostname } = root;
  if (username !== "") return { authorization: basicOf(root, redactUrl(root)), missing: "" };
  const authorization = await netrcAuthorization(hostname, netrc);
  const place = `${hostname} in netrc (${netrc ?? "NETRC, ~/.netrc"} or /etc/nix/netrc)`;
  if (authorization === undefined) {
    const notDefault = (await netrcHasDefault(netrc)) ? "; its `default` is for no cache" : "";
    const isS3 = /(?:^|\.)s3[.-]/.test(hostname);
    const bucket = isS3 ? ", or write s3://BUCKET?region=… for keys of AWS" : "";
    return {
      authorization,
      missing: `if it wants a login, add an entry for ${place}${notDefault}${bucket}`,
    };
  }
  // The lock chooses the scheme, and over http everybody on the way could read the credentials.
  if (!isConfidential(root))
    return {
      authorization: undefined,
      missing: `the entry for ${place} is not sent by plain http: use https`,
    };
  return { authorization, missing: "" };
}

/** netrc has no tokens, so users write the token of a cache as the password. */
function bearerOf(authorization: string): string | undefined {
  const [, pair] = /^Basic (.*)$/.exec(authorization) ?? [];
  if (pair === undefined) return undefined;
  return `Bearer ${Buffer.from(pair, "base64")
    .toString("utf8")
    .replace(/^[^:]*:/, "")}`;
}

/**
 * Bearer tokens, from the service that a registry's challenge names.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 * @see https://distribution.github.io/distribution/spec/auth/oauth/
 * @module
 */
import { z } from "zod";
import { retry } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import { basicAuthorization } from "../http/basic-authorization.ts";
import type { HttpRequest, HttpResponse } from "../http/request.ts";
import { failure, NotARegistry } from "./refusal.ts";
import type { Challenge } from "./challenge.ts";
import type { Credentials } from "../login/credentials.ts";
import { resolveRedirect } from "./resolve-redirect.ts";
import { bodyOf } from "../http/request-body.ts";

export interface Token {
  readonly value: string;
  /** Milliseconds since 1970; a little early, so that a token is not lost on its way. */
  readonly expiresAt: number;
}

export type SendRequest = (url: URL, request: HttpRequest) => Promise<HttpResponse>;

export interface TokenRequest {
  readonly registry: URL;
  readonly challenge: Challenge;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  /** For messages. */
  readonly label: string;
  readonly denialHint: string;
  readonly send: SendRequest;
  readonly signal: AbortSignal;
}

// Services write null for what they do not say, and numbers in quotes.
const TokenResponse = z.object({
  token: z.string().nullish().catch(undefined),
  access_token: z.string().nullish().catch(undefined),
  expires_in: z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
    .nullish()
    .catch(undefined),
});

// The token spec: 60 seconds where the service does not say, and services must not say less.
const SHORTEST_LIFE_S = 60;
const RENEWED_EARLY_S = 10;
// The answers of services that know only GET: Artifactory, ACR, GCR and others (containerd's list).
const NO_OAUTH: ReadonlySet<number> = new Set([400, 401, 404, 405]);

export async function fetchToken(request: TokenRequest): Promise<Token> {
  const { challenge, credentials, registry } = request;
  // It is one already.
  if (credentials?.kind === "registry token")
    return { value: credentials.token, expiresAt: Infinity };
  const realm = await resolveRedirect(challenge.parameters.get("realm") ?? "", {
    from: registry,
    what: "token service",
    label: request.label,
  });
  const label = `${request.label}: login at ${realm.host}`;
  const { signal } = request;
  return await retry(RETRY.token, { signal }, () => requestToken(realm, request, label));
}

async function requestToken(realm: URL, request: TokenRequest, label: string): Promise<Token> {
  const { credentials } = request;
  const asked = Date.now();
  let response: HttpResponse | undefined;
  if (credentials?.kind === "identity token") {
    response = await byRefreshToken(realm, request, credentials.token, label);
    if (NO_OAUTH.has(response.status)) {
      await response.discard();
      response = undefined;
    }
  }
  response ??= await byGet(realm, request, label);
  if (response.status !== 200)
    throw await failure(response, { label, denialHint: request.denialHint, isKnown: false });
  return await tokenOf(response, label, asked);
}

async function byGet(realm: URL, request: TokenRequest, label: string): Promise<HttpResponse> {
  const url = new URL(realm);
  const service = request.challenge.parameters.get("service");
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of request.scopes) url.searchParams.append("scope", scope);
  const { credentials, signal } = request;
  const headers = credentials === undefined ? {} : { authorization: basic(credentials) };
  return await request.send(url, { headers, label, signal });
}

/** OAuth2, for an identity token: a refresh token under another name. */
async function byRefreshToken(
  realm: URL,
  request: TokenRequest,
  refreshToken: string,
  label: string,
): Promise<HttpResponse> {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    service: request.challenge.parameters.get("service") ?? "",
    scope: request.scopes.join(" "),
    client_id: "pulumi-lix",
    refresh_token: refreshToken,
  });
  return await request.send(realm, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: bodyOf(form.toString()),
    retry: true,
    // The body is the secret, so only the service that was named gets it.
    redirects: 0,
    label,
    signal: request.signal,
  });
}

async function tokenOf(response: HttpResponse, label: string, asked: number): Promise<Token> {
  const text = await response.text();
  let answer: z.output<typeof TokenResponse> = {};
  try {
    answer = TokenResponse.parse(JSON.parse(text));
  } catch {
    // No cause: it would quote the answer, which may hold a token. The check below says enough.
  }
  const value = answer.token || answer.access_token;
  if (!value) throw new NotARegistry(label, "an answer without a token", response.url);
  // RFC 9110 §5.5; anything else would fail far from here, and be shown there.
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new NotARegistry(label, "a token that cannot stand in a header", response.url);
  const life = Math.max(answer.expires_in ?? SHORTEST_LIFE_S, SHORTEST_LIFE_S) - RENEWED_EARLY_S;
  return { value, expiresAt: asked + life * 1000 };
}

/** An identity token goes as a password without a user, as in containerd. */
export function basic(credentials: Credentials): string {
  return credentials.kind === "basic"
    ? basicAuthorization(credentials.username, credentials.password)
    : basicAuthorization("", credentials.token);
}

/**
 * Bearer tokens, from the service that a registry's challenge names.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 * @see https://distribution.github.io/distribution/spec/auth/oauth/
 * @module
 */
import { z } from "zod";
import type { HttpResponse } from "../http/request.ts";
import { isRetryableFailure, pauseBefore } from "../http/retry.ts";
import { failure, NotARegistry } from "./answer.ts";
import type { Challenge } from "./challenge.ts";
import type { Credentials } from "../login/credentials.ts";
import { resolveRedirect } from "./resolve-redirect.ts";
import { bodyOf } from "../http/request-body.ts";
import type { RegistryTransport } from "./transport.ts";

export interface Token {
  readonly value: string;
  /** Milliseconds since 1970; a little early, so that a token is not lost on its way. */
  readonly expiresAt: number;
}

export interface TokenQuestion {
  readonly registry: URL;
  readonly challenge: Challenge;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  /** For messages. */
  readonly label: string;
  readonly denialHint: string;
  readonly transport: RegistryTransport;
  readonly signal: AbortSignal;
}

// Services write null for what they do not say, and numbers in quotes.
const Answer = z.object({
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
const TRIES = 2;
const RETRY_DELAY_MS = 200;
// What services answer that know GET only: Artifactory, ACR, GCR and the rest (containerd's list).
const NO_OAUTH: ReadonlySet<number> = new Set([400, 401, 404, 405]);

export async function fetchToken(question: TokenQuestion): Promise<Token> {
  const { challenge, credentials, registry } = question;
  // It is one already.
  if (credentials?.kind === "registry token")
    return { value: credentials.token, expiresAt: Infinity };
  const realm = await resolveRedirect(challenge.parameters.get("realm") ?? "", {
    from: registry,
    what: "token service",
    label: question.label,
  });
  const label = `${question.label}: login at ${realm.host}`;
  for (let tried = 1; ; tried += 1)
    try {
      return await askOnce(realm, question, label);
    } catch (error) {
      // Half an answer, or a page in place of one, may be the doing of a proxy that was restarted.
      const isWorthIt = isRetryableFailure(error) || error instanceof NotARegistry;
      if (!isWorthIt || tried === TRIES) throw error;
      const { signal } = question;
      await pauseBefore(tried, { firstMs: RETRY_DELAY_MS, retryAfter: undefined, signal });
    }
}

async function askOnce(realm: URL, question: TokenQuestion, label: string): Promise<Token> {
  const { credentials } = question;
  const asked = Date.now();
  let response: HttpResponse | undefined;
  if (credentials?.kind === "identity token") {
    response = await byRefreshToken(realm, question, credentials.token, label);
    if (NO_OAUTH.has(response.status)) {
      await response.discard();
      response = undefined;
    }
  }
  response ??= await byGet(realm, question, label);
  if (response.status !== 200)
    throw await failure(response, { label, denialHint: question.denialHint, isKnown: false });
  return await tokenOf(response, label, asked);
}

async function byGet(realm: URL, question: TokenQuestion, label: string): Promise<HttpResponse> {
  const url = new URL(realm);
  const service = question.challenge.parameters.get("service");
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of question.scopes) url.searchParams.append("scope", scope);
  const { credentials, signal } = question;
  const headers = credentials === undefined ? {} : { authorization: basic(credentials) };
  return await question.transport.send(url, { headers, label, signal });
}

/** OAuth2, for an identity token: a refresh token under another name. */
async function byRefreshToken(
  realm: URL,
  question: TokenQuestion,
  refreshToken: string,
  label: string,
): Promise<HttpResponse> {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    service: question.challenge.parameters.get("service") ?? "",
    scope: question.scopes.join(" "),
    client_id: "pulumi-lix",
    refresh_token: refreshToken,
  });
  return await question.transport.send(realm, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: bodyOf(form.toString()),
    retry: true,
    // The body is the secret, so it goes to nobody but the service that was named.
    redirects: 0,
    label,
    signal: question.signal,
  });
}

async function tokenOf(response: HttpResponse, label: string, asked: number): Promise<Token> {
  const text = await response.text();
  let answer: z.output<typeof Answer> = {};
  try {
    answer = Answer.parse(JSON.parse(text));
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

/** The header of RFC 7617. An identity token goes as a password without a user, as in containerd. */
export function basic(credentials: Credentials): string {
  const pair =
    credentials.kind === "basic"
      ? `${credentials.username}:${credentials.password}`
      : `:${credentials.token}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/**
 * Requests to one repository, with the login that its registry turns out to want. Nothing is asked
 * in advance: a registry open to all costs no extra request, and credentials are looked up only for
 * one that asks for them.
 * @module
 */
import { SingleFlight } from "../base/concurrency.ts";
import type { Environment } from "../base/environment.ts";
import type { LixImageError } from "../base/errors.ts";
import type { HttpRequest, HttpResponse } from "../http/request.ts";
import { isRetryableFailure, pauseBefore } from "../http/retry.ts";
import { failure, isBelievable, isForeign, NotARegistry, speaksAsRegistry } from "./answer.ts";
import { preferredChallenge, type Challenge } from "./challenge.ts";
import type { Credentials, CredentialSource } from "../login/credentials.ts";
import { credentialPlaces } from "../login/find-credentials.ts";
import { checkHubPush, isHub, nameAtHub } from "../formats/oci/docker-hub.ts";
import type { RegistryTimeouts } from "./timeouts.ts";
import { basic, fetchToken, type Token } from "./token.ts";
import { RegistryTransport } from "./transport.ts";

/** Where a repository is, as `Repository.parse` reads it. */
export interface RepositoryAddress {
  readonly host: string;
  readonly name: string;
  readonly plainHttp: boolean;
}

export interface SessionRequest extends HttpRequest {
  readonly label: string;
  /** Default: "pull", or "push" once anything was pushed. */
  readonly access?: "pull" | "push" | "delete" | undefined;
  /** Another repository of this registry that the request reads from. */
  readonly mountFrom?: string | undefined;
}

export interface RegistrySessionOptions {
  readonly credentials: CredentialSource;
  readonly environment: Environment;
  readonly timeouts: RegistryTimeouts;
}

export class RegistrySession {
  /** `ghcr.io/acme/lix`, for messages. */
  readonly description: string;
  readonly origin: URL;
  readonly timeouts: RegistryTimeouts;
  readonly #asked: RepositoryAddress;
  /** By the name that the server has for it. */
  readonly #repository: RepositoryAddress;
  readonly #source: CredentialSource;
  readonly #environment: Environment;
  readonly #transport: RegistryTransport;
  #pushing = false;
  /** It has answered as only a registry does. */
  #isKnown = false;
  #challenge: Challenge | undefined;
  /** `found` is undefined when no place has any. */
  #credentials: { readonly found: Credentials | undefined } | undefined;
  readonly #finding = new SingleFlight<Credentials | undefined>();
  /** Scopes that the registry named itself, in a refusal. */
  readonly #learned = new Set<string>();
  readonly #tokens = new Map<string, Token>();
  readonly #fetching = new SingleFlight<Token>();

  constructor(repository: RepositoryAddress, options: RegistrySessionOptions) {
    const { credentials, environment, timeouts } = options;
    this.#asked = repository;
    this.#repository = { ...repository, name: nameAtHub(repository) };
    this.#source = credentials;
    this.#environment = environment;
    this.description = `${repository.host}/${repository.name}`;
    const host = isHub(repository.host) ? "registry-1.docker.io" : repository.host;
    this.origin = new URL(`${repository.plainHttp ? "http" : "https"}://${host}`);
    this.#transport = new RegistryTransport(repository.host, this.origin, {
      environment,
      timeouts,
    });
    this.timeouts = timeouts;
  }

  /** `/v2/<name>/<rest>` */
  url(rest: string): URL {
    return new URL(`/v2/${this.#repository.name}/${rest}`, this.origin);
  }

  /** From now on tokens may push, so that the one of the first HEAD serves the uploads too. */
  expectPush(): void {
    checkHubPush(this.#asked);
    this.#pushing = true;
  }

  /** Any answer but a 401 that a login could cure, and a page that is gone at the next try. */
  async request(url: URL, request: SessionRequest): Promise<HttpResponse> {
    if (request.access === "push") this.expectPush();
    for (let tried = 1; ; tried += 1) {
      const response = await this.#answer(url, {
        ...request,
        freshConnection: request.freshConnection === true || tried > 1,
      });
      const isOwn = new URL(response.url).origin === this.origin.origin;
      if (isOwn && speaksAsRegistry(response)) this.#isKnown = true;
      if (!isStray(response) || request.retry === false || tried === PAGE_TRIES) return response;
      await response.discard();
      const firstMs = this.timeouts.retryDelayMs;
      await pauseBefore(tried, { firstMs, retryAfter: undefined, signal: request.signal });
    }
  }

  /**
   * What `read` makes of the answer: again where that breaks off in the middle, or is not what such an answer
   * must be, for a proxy that was restarted says so only once.
   */
  async whole<T>(
    url: URL,
    request: SessionRequest,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      const response = await this.request(url, { ...request, freshConnection: tried > 1 });
      try {
        return await read(response);
      } catch (error) {
        const isWorthIt = isRetryableFailure(error) || error instanceof NotARegistry;
        const isNew = response.status === 200 && !isStray(response);
        if (!isWorthIt || !isNew || tried === PAGE_TRIES) throw error;
      }
      const firstMs = this.timeouts.retryDelayMs;
      await pauseBefore(tried, { firstMs, retryAfter: undefined, signal: request.signal });
    }
  }

  /**
   * The registry's definite "I do not have it". A page says so only in place of a registry that has
   * answered before: nginx may have pages of its own for every error.
   */
  async isMissing(response: HttpResponse, signal: AbortSignal | undefined): Promise<boolean> {
    if (response.status !== 404) return false;
    if (this.#isKnown || !isForeign(response)) return true;
    await this.#ping(signal);
    return this.#isKnown;
  }

  /** The way to find out whether there is a registry. @see distribution-spec, "Determining Support" */
  async #ping(signal: AbortSignal | undefined): Promise<HttpResponse> {
    const label = `${this.description}: ping`;
    const answer = await this.#transport.send(new URL("/v2/", this.origin), { label, signal });
    await answer.discard();
    if (speaksAsRegistry(answer)) this.#isKnown = true;
    return answer;
  }

  async #answer(url: URL, request: SessionRequest): Promise<HttpResponse> {
    // An upload may continue elsewhere, and elsewhere is no place for this registry's credentials.
    if (url.origin !== this.origin.origin) return await this.#send(url, request, undefined);
    const scopes = this.#scopes(request);
    const used = await this.#authorization(scopes, request);
    const first = await this.#send(url, request, used);
    // A server that we were redirected to may not say how to log in here.
    if (first.status !== 401 || new URL(first.url).origin !== url.origin) return first;
    // Its connection must be free first: the token service may be on the same host, which takes only so
    // many connections, and other requests like this one may hold all the others.
    const response = await first.detach();
    const better = await this.#renewed(response, used, request);
    if (better === undefined) return response;
    return await this.#send(url, request, better);
  }

  /** What is wrong with an answer that is not the one we asked for; reads it to its end. */
  async failure(response: HttpResponse, label: string): Promise<LixImageError> {
    const { host, origin } = new URL(response.url);
    const hint =
      origin === this.origin.origin
        ? this.#denialHint()
        : `this is what ${host} says, to which ${this.#repository.host} sends us: the login at ${this.#repository.host} plays no part there`;
    return await failure(response, { label, denialHint: hint, isKnown: this.#isKnown });
  }

  /** What to do about a 401 or 403. Says where credentials came from, never what they are. */
  #denialHint(): string {
    const { host } = this.#repository;
    const source = this.#credentials?.found?.source;
    if (source !== undefined)
      return `the credentials from ${source} were used: check that they are valid and may do this`;
    return `no credentials for ${host} were found in ${credentialPlaces(host, this.#environment).join(", ")}: log in, for example with \`docker login ${host}\``;
  }

  async #send(
    url: URL,
    request: SessionRequest,
    authorization: string | undefined,
  ): Promise<HttpResponse> {
    const headers = { ...request.headers, ...(authorization ? { authorization } : {}) };
    return await this.#transport.send(url, { ...request, headers });
  }

  #scopes(request: SessionRequest): string[] {
    // Quay does not know "delete", distribution takes "*" for it: as containers/image.
    const actions = request.access === "delete" ? "*" : this.#pushing ? "pull,push" : "pull";
    const scopes = [`repository:${this.#repository.name}:${actions}`];
    if (request.mountFrom !== undefined) scopes.push(`repository:${request.mountFrom}:pull`);
    return scopes;
  }

  /** The header that the registry is known to want; undefined while it wants none. */
  async #authorization(
    scopes: readonly string[],
    request: SessionRequest,
  ): Promise<string | undefined> {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    if (challenge.scheme === "bearer")
      return `Bearer ${(await this.#token(challenge, scopes, request)).value}`;
    const credentials = await this.#findCredentials(request.signal);
    return credentials?.kind === "basic" ? basic(credentials) : undefined;
  }

  /** A header better than the one that got a 401; undefined when we know none. */
  async #renewed(
    response: HttpResponse,
    used: string | undefined,
    request: SessionRequest,
  ): Promise<string | undefined> {
    const challenge = (await this.#challengeOf(response, request.signal)) ?? this.#challenge;
    if (challenge === undefined) return undefined;
    this.#challenge = challenge;
    if (challenge.scheme === "bearer" && used !== undefined) {
      // Some servers look at the first scope only, so theirs goes first (go-containerregistry).
      const scope = challenge.parameters.get("scope");
      if (scope !== undefined && scope !== "") this.#learned.add(scope);
      for (const [key, token] of this.#tokens)
        if (used === `Bearer ${token.value}`) this.#tokens.delete(key);
    }
    const authorization = await this.#authorization(this.#scopes(request), request);
    return authorization === used ? undefined : authorization;
  }

  async #challengeOf(
    response: HttpResponse,
    signal: AbortSignal | undefined,
  ): Promise<Challenge | undefined> {
    const known = preferredChallenge(response.headers["www-authenticate"]);
    if (known !== undefined || this.#challenge !== undefined) return known;
    // gcr.io names its ways of logging in nowhere but here.
    return preferredChallenge((await this.#ping(signal)).headers["www-authenticate"]);
  }

  async #token(
    challenge: Challenge,
    own: readonly string[],
    { label, signal }: SessionRequest,
  ): Promise<Token> {
    const scopes = [...new Set([...this.#learned, ...own])];
    const key = scopes.join(" ");
    const known = this.#tokens.get(key);
    if (known !== undefined && Date.now() < known.expiresAt) return known;
    const fetchIt = async (scope: AbortSignal): Promise<Token> => {
      const credentials = await this.#findCredentials(scope);
      const token = await fetchToken({
        registry: this.origin,
        challenge,
        scopes,
        credentials,
        label,
        denialHint: this.#denialHint(),
        transport: this.#transport,
        signal: scope,
      });
      this.#tokens.set(key, token);
      return token;
    };
    return await this.#fetching.run(key, fetchIt, signal);
  }

  async #findCredentials(signal: AbortSignal | undefined): Promise<Credentials | undefined> {
    const known = this.#credentials;
    if (known !== undefined && !isOver(known.found)) return known.found;
    const { host, name } = this.#repository;
    const find = async (): Promise<Credentials | undefined> => {
      const found = await this.#source(host, name);
      this.#credentials = { found };
      return found;
    };
    return await this.#finding.run(host, find, signal);
  }
}

/**
 * A success in a web page that no registry sends: some proxy's, as a rule only once. Quay has its own
 * successes in HTML, but those of writes, and it names their digest.
 */
const isStray = (response: HttpResponse): boolean =>
  response.status === 200 && !isBelievable(response);

/** How often it is asked for again what came as a page, or in part. */
const PAGE_TRIES = 3;

/** An ECR password lives twelve hours; a provider process may live longer. */
const isOver = (found: Credentials | undefined): boolean =>
  found?.kind === "basic" && found.expiresAt !== undefined && Date.now() >= found.expiresAt;

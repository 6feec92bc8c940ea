/**
 * Requests to one repository and to the servers that its registry names, each with the login and the
 * certificates that are for it.
 * @module
 */
import type { Environment } from "../base/environment.ts";
import type { LixImageError } from "../base/errors.ts";
import { isWorthRetrying, mayRetry, pauseBeforeRetry } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";
import { checkHubPush, isHub, nameAtHub } from "../formats/oci/docker-hub.ts";
import { http, type HttpRequest, type HttpResponse } from "../http/request.ts";
import { HttpUnreachable } from "../http/unreachable.ts";
import type { CredentialSource } from "../login/credentials.ts";
import { isBelievable, isForeign, speaksAsRegistry } from "./believable.ts";
import { RegistryLogin } from "./login.ts";
import { readOriginSettings, type OriginSettings } from "./origin-settings.ts";
import { failure } from "./refusal.ts";
import type { RegistryMemory } from "./registry-memory.ts";
import { resolveRedirect } from "./resolve-redirect.ts";
import type { RegistryTimeouts } from "./timeouts.ts";

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
  readonly memory: RegistryMemory;
}

const REDIRECTS = 10;

export class RegistrySession {
  /** `ghcr.io/acme/lix`, for messages. */
  readonly description: string;
  readonly origin: URL;
  readonly timeouts: RegistryTimeouts;
  readonly memory: RegistryMemory;
  readonly #repository: RepositoryAddress;
  readonly #environment: Environment;
  readonly #login: RegistryLogin;
  #settings: Promise<OriginSettings> | undefined;
  /** It has answered as only a registry does. */
  #isKnown = false;

  constructor(repository: RepositoryAddress, options: RegistrySessionOptions) {
    const { environment } = options;
    const host = isHub(repository.host) ? "registry-1.docker.io" : repository.host;
    this.description = `${repository.host}/${repository.name}`;
    this.origin = new URL(`${repository.plainHttp ? "http" : "https"}://${host}`);
    this.timeouts = options.timeouts;
    this.memory = options.memory;
    this.#repository = repository;
    this.#environment = environment;
    this.#login = new RegistryLogin({
      repository: { host: repository.host, name: nameAtHub(repository) },
      origin: this.origin,
      credentials: options.credentials,
      environment,
      send: (url, request) => this.#send(url, request),
      ping: (signal) => this.#ping(signal),
    });
  }

  /** `/v2/<name>/<rest>` */
  url(rest: string): URL {
    return new URL(`/v2/${nameAtHub(this.#repository)}/${rest}`, this.origin);
  }

  /** Before the requests that precede a push: their login then serves the push as well. */
  expectPush(): void {
    checkHubPush(this.#repository);
    this.#login.expectPush();
  }

  /** The answer, after a login where one helps, and after another try where a web page came. */
  async request(url: URL, request: SessionRequest): Promise<HttpResponse> {
    if (request.access === "push") this.expectPush();
    for (let tried = 1; ; tried += 1) {
      const freshConnection = request.freshConnection === true || tried > 1;
      const response = await this.#sendLoggedIn(url, { ...request, freshConnection });
      if (this.isOwn(response) && speaksAsRegistry(response)) this.#isKnown = true;
      const again = request.retry !== false && mayRetry(RETRY.answer, "page", tried);
      if (!isStrayPage(response) || !again) return response;
      await response.discard();
      await this.#pause(tried, request);
    }
  }

  /**
   * The result of `read` for the answer. The request is repeated if the answer breaks off, or has the wrong
   * form, because a proxy that was restarted sends such an answer only once.
   */
  async readWhole<T>(
    url: URL,
    request: SessionRequest,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      const response = await this.request(url, { ...request, freshConnection: tried > 1 });
      try {
        return await read(response);
      } catch (error) {
        // What `request` has already tried again is not tried again here.
        const isNew = response.status === 200 && !isStrayPage(response);
        if (!isNew || !isWorthRetrying(RETRY.answer, error, tried)) throw error;
      }
      await this.#pause(tried, request);
    }
  }

  async #pause(tried: number, { signal }: SessionRequest): Promise<void> {
    const firstPauseMs = this.timeouts.retryDelayMs;
    await pauseBeforeRetry(RETRY.answer, tried, { firstPauseMs, signal });
  }

  /**
   * The registry's definite "I do not have it". A page says so only in place of a registry that has
   * answered before, since nginx may have pages of its own for every error; what a 303 leads to never does.
   */
  async isMissing(response: HttpResponse, signal: AbortSignal | undefined): Promise<boolean> {
    if (response.status !== 404 || response.isOfOther) return false;
    if (this.#isKnown || !isForeign(response)) return true;
    await this.#ping(signal);
    return this.#isKnown;
  }

  /** The way to find out whether there is a registry. @see distribution-spec, "Determining Support" */
  async #ping(signal: AbortSignal | undefined): Promise<HttpResponse> {
    const label = `${this.description}: ping`;
    const response = await this.#send(new URL("/v2/", this.origin), { label, signal });
    await response.discard();
    if (speaksAsRegistry(response)) this.#isKnown = true;
    return response;
  }

  /** What is wrong with an answer that is not the one we asked for. Reads it to its end. */
  async failure(response: HttpResponse, label: string): Promise<LixImageError> {
    const { host } = new URL(response.url);
    const denialHint = this.isOwn(response)
      ? this.#login.denialHint
      : `this is what ${host} says, to which ${this.#repository.host} sends us: the login at ${this.#repository.host} plays no part there`;
    return await failure(response, { label, denialHint, isKnown: this.#isKnown });
  }

  /** Whether the registry itself answered, and not a server that it redirects to. */
  isOwn({ url }: HttpResponse): boolean {
    return new URL(url).origin === this.origin.origin;
  }

  async #sendLoggedIn(url: URL, request: SessionRequest): Promise<HttpResponse> {
    // An upload may continue elsewhere, and elsewhere is no place for this registry's credentials.
    if (url.origin !== this.origin.origin) return await this.#send(url, request);
    const used = await this.#login.authorization(request);
    const first = await this.#send(url, withAuthorization(request, used));
    // A server that we were redirected to may not say how to log in here.
    if (first.status !== 401 || !this.isOwn(first)) return first;
    // Its connection must be free first: the token service may be on the same host, which takes only so
    // many connections, and other requests like this one may hold all the others.
    const refusal = await first.detach();
    const renewed = await this.#login.renew(refusal, used, request);
    if (renewed === undefined) return refusal;
    return await this.#send(url, withAuthorization(request, renewed));
  }

  /** To the registry, or to a server that it names: its token service, the store of its blobs. */
  async #send(url: URL, request: HttpRequest): Promise<HttpResponse> {
    const { requestLimitMs: limitMs, ...timeouts } = this.timeouts;
    const mayRedirect = async (to: URL, from: URL): Promise<void> => {
      const { label = "" } = request;
      await resolveRedirect(to.href, { from, what: "redirect", label });
    };
    // Registries move: an old name redirects uploads too (distribution-spec, issue 607).
    const usual = { limitMs, ...timeouts, mayRedirect, redirects: REDIRECTS, movesWrites: true };
    const asked = { ...usual, ...request };
    if (url.origin !== this.origin.origin) return await http(url, { ...asked, ledBy: this.origin });
    const settings = await (this.#settings ??= this.#readSettings());
    const { certificates } = settings;
    const headers = { ...settings.headers, ...request.headers };
    try {
      return await http(url, { ...asked, headers, certificates });
    } catch (error) {
      const isOurs = error instanceof HttpUnreachable && error.origin === this.origin.origin;
      if (!isOurs || error.distrusts === undefined) throw error;
      const { message, cause } = error;
      const hint = settings.tlsHint(error.distrusts);
      throw lixError("TLS_REFUSED", { message, hint }, { cause });
    }
  }

  #readSettings(): Promise<OriginSettings> {
    return readOriginSettings(this.#repository.host, this.origin, this.#environment);
  }
}

const withAuthorization = (
  request: SessionRequest,
  authorization: string | undefined,
): SessionRequest =>
  authorization === undefined
    ? request
    : { ...request, headers: { ...request.headers, authorization } };

/**
 * A success in a web page that no registry sends: some proxy's, as a rule only once. Quay has its own
 * successes in HTML, but those of writes, and it names their digest.
 */
const isStrayPage = (response: HttpResponse): boolean =>
  response.status === 200 && !isBelievable(response);

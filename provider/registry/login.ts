/**
 * The login that a registry turns out to require. Nothing is requested in advance: an open registry costs no
 * extra request, and credentials are looked up only for a registry that asks for them.
 * @module
 */
import { SingleFlight } from "../base/concurrency.ts";
import type { Environment } from "../base/environment.ts";
import type { HttpResponse } from "../http/request.ts";
import type { Credentials, CredentialSource } from "../login/credentials.ts";
import { credentialPlaces } from "../login/find-credentials.ts";
import { preferredChallenge, type Challenge } from "./challenge.ts";
import { basic, fetchToken, type SendRequest, type Token } from "./token.ts";

export interface RegistryLoginOptions {
  /** As the server names it: Docker Hub's names differ from what the user writes. */
  readonly repository: { readonly host: string; readonly name: string };
  readonly origin: URL;
  readonly credentials: CredentialSource;
  readonly environment: Environment;
  /** To the token service, which the registry names. */
  readonly send: SendRequest;
  /** The answer to `GET /v2/`. */
  readonly ping: (signal: AbortSignal | undefined) => Promise<HttpResponse>;
}

/** The parts of a request that its login depends on. */
export interface LoginNeeds {
  readonly access?: "pull" | "push" | "delete" | undefined;
  /** Another repository of this registry that the request reads from. */
  readonly mountFrom?: string | undefined;
  /** For messages. */
  readonly label: string;
  readonly signal?: AbortSignal | undefined;
}

export class RegistryLogin {
  readonly #options: RegistryLoginOptions;
  #pushes = false;
  #challenge: Challenge | undefined;
  /** `found` is undefined when no place has any. */
  #credentials: { readonly found: Credentials | undefined } | undefined;
  readonly #finding = new SingleFlight<Credentials | undefined>();
  /** Scopes that the registry named itself, in a refusal. */
  readonly #namedScopes = new Set<string>();
  readonly #tokens = new Map<string, Token>();
  readonly #fetching = new SingleFlight<Token>();

  constructor(options: RegistryLoginOptions) {
    this.#options = options;
  }

  /** From now on tokens may push, so that the one of the first HEAD serves the uploads too. */
  expectPush(): void {
    this.#pushes = true;
  }

  /** The header that the registry is known to require; undefined while it requires none. */
  async authorization(needs: LoginNeeds): Promise<string | undefined> {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    if (challenge.scheme === "bearer")
      return `Bearer ${(await this.#token(challenge, needs)).value}`;
    const credentials = await this.#findCredentials(needs.signal);
    return credentials?.kind === "basic" ? basic(credentials) : undefined;
  }

  /** A header other than `used`, which got this 401; undefined if we have no other. */
  async renew(
    refusal: HttpResponse,
    used: string | undefined,
    needs: LoginNeeds,
  ): Promise<string | undefined> {
    const challenge = (await this.#challengeOf(refusal, needs.signal)) ?? this.#challenge;
    if (challenge === undefined) return undefined;
    this.#challenge = challenge;
    if (challenge.scheme === "bearer" && used !== undefined) {
      // Some servers look at the first scope only, so theirs goes first (go-containerregistry).
      const scope = challenge.parameters.get("scope");
      if (scope !== undefined && scope !== "") this.#namedScopes.add(scope);
      for (const [key, token] of this.#tokens)
        if (used === `Bearer ${token.value}`) this.#tokens.delete(key);
    }
    const authorization = await this.authorization(needs);
    return authorization === used ? undefined : authorization;
  }

  async #challengeOf(
    refusal: HttpResponse,
    signal: AbortSignal | undefined,
  ): Promise<Challenge | undefined> {
    const said = preferredChallenge(refusal.headers["www-authenticate"]);
    if (said !== undefined || this.#challenge !== undefined) return said;
    // gcr.io sends its challenge only here.
    return preferredChallenge((await this.#options.ping(signal)).headers["www-authenticate"]);
  }

  /** What to do about a 401 or 403. Says where credentials came from, never what they are. */
  get denialHint(): string {
    const { repository, environment } = this.#options;
    const source = this.#credentials?.found?.source;
    if (source !== undefined)
      return `the credentials from ${source} were used: check that they are valid and may do this`;
    const places = credentialPlaces(repository.host, environment).join(", ");
    return `no credentials for ${repository.host} were found in ${places}: log in, for example with \`docker login ${repository.host}\``;
  }

  #scopes({ access, mountFrom }: LoginNeeds): string[] {
    // Quay does not know "delete", distribution takes "*" for it: as containers/image.
    const actions = access === "delete" ? "*" : this.#pushes ? "pull,push" : "pull";
    const own = `repository:${this.#options.repository.name}:${actions}`;
    const source = mountFrom === undefined ? [] : [`repository:${mountFrom}:pull`];
    return [...new Set([...this.#namedScopes, own, ...source])];
  }

  async #token(challenge: Challenge, needs: LoginNeeds): Promise<Token> {
    const scopes = this.#scopes(needs);
    const key = scopes.join(" ");
    const known = this.#tokens.get(key);
    if (known !== undefined && Date.now() < known.expiresAt) return known;
    const fetchIt = async (signal: AbortSignal): Promise<Token> => {
      const credentials = await this.#findCredentials(signal);
      const token = await fetchToken({
        registry: this.#options.origin,
        challenge,
        scopes,
        credentials,
        label: needs.label,
        denialHint: this.denialHint,
        send: this.#options.send,
        signal,
      });
      this.#tokens.set(key, token);
      return token;
    };
    return await this.#fetching.run(key, fetchIt, needs.signal);
  }

  async #findCredentials(signal: AbortSignal | undefined): Promise<Credentials | undefined> {
    const known = this.#credentials;
    if (known !== undefined && !isExpired(known.found)) return known.found;
    const { host, name } = this.#options.repository;
    const find = async (): Promise<Credentials | undefined> => {
      const found = await this.#options.credentials(host, name);
      this.#credentials = { found };
      return found;
    };
    return await this.#finding.run(host, find, signal);
  }
}

/** An ECR password lives twelve hours; a provider process may live longer. */
const isExpired = (found: Credentials | undefined): boolean =>
  found?.kind === "basic" && found.expiresAt !== undefined && Date.now() >= found.expiresAt;

/**
 * Who may do what in the test registry: all, those with a password, or those with a token.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 * @module
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { Reply } from "./registry-reply.ts";

export interface RegistryAuth {
  readonly kind: "basic" | "bearer";
  /** Passwords by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** Bearer only: identity tokens that are as good as a password. */
  readonly identityTokens?: readonly string[] | undefined;
  /** Bearer only: tokens to pull are for everyone. */
  readonly anonymousPull?: boolean | undefined;
  /** Bearer only. Default: `/token` of this registry. */
  readonly realm?: string | undefined;
}

export class RegistryGate {
  readonly #auth: RegistryAuth | undefined;
  /** What each token is good for: `name:pull`, `name:push`, … */
  readonly #grants = new Map<string, ReadonlySet<string>>();

  constructor(auth: RegistryAuth | undefined) {
    this.#auth = auth;
  }

  expireTokens(): void {
    this.#grants.clear();
  }

  /** undefined: go ahead. */
  check(request: IncomingMessage, url: URL, repository: string): Reply | undefined {
    if (this.#auth === undefined) return undefined;
    const [scheme = "", secret = ""] = (request.headers.authorization ?? "").split(" ");
    const wanted = repository === "" ? [] : wantedBy(request.method ?? "", url, repository);
    if (this.#auth.kind === "basic")
      return scheme === "Basic" && this.#knows(secret)
        ? undefined
        : unauthorized('Basic realm="test registry"');
    const granted = scheme === "Bearer" ? this.#grants.get(secret) : undefined;
    if (granted !== undefined && wanted.every((each) => granted.has(each))) return undefined;
    const realm = this.#auth.realm ?? `${url.origin}/token`;
    const scope = repository === "" ? "" : `,scope="repository:${repository}:pull,push"`;
    return unauthorized(`Bearer realm="${realm}",service="test"${scope}`);
  }

  /** GET with a password, POST with an identity token. */
  async token(request: IncomingMessage, url: URL): Promise<Reply> {
    const auth = this.#auth;
    if (auth?.kind !== "bearer") return Reply.error(404, "NOT_FOUND", "no token service");
    const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
    const [scheme, secret = ""] = (request.headers.authorization ?? "").split(" ");
    const isKnown =
      (scheme === "Basic" && this.#knows(secret)) ||
      (auth.identityTokens?.includes(form.get("refresh_token") ?? "") ?? false);
    if (!isKnown && ((scheme !== undefined && scheme !== "") || !auth.anonymousPull))
      return Reply.error(401, "UNAUTHORIZED", "wrong user or password");
    const scopes = [...url.searchParams.getAll("scope"), ...(form.get("scope") ?? "").split(" ")];
    const granted = scopes.flatMap((scope) => actionsOf(scope, isKnown));
    const token = randomUUID();
    this.#grants.set(token, new Set(granted));
    return Reply.json({ token, expires_in: 300 });
  }

  #knows(secret: string): boolean {
    const [, user = "", password] = /^([^:]*):([^]*)$/.exec(atob(secret)) ?? [];
    return password !== undefined && this.#auth?.users[user] === password;
  }
}

const unauthorized = (challenge: string): Reply => {
  const reply = Reply.error(401, "UNAUTHORIZED", "authentication required");
  return { ...reply, headers: { ...reply.headers, "www-authenticate": challenge } };
};

function wantedBy(method: string, url: URL, repository: string): string[] {
  if (method === "GET" || method === "HEAD") return [`${repository}:pull`];
  if (method === "DELETE") return [`${repository}:delete`];
  const from = url.searchParams.get("from");
  return [`${repository}:push`, ...(from === null ? [] : [`${from}:pull`])];
}

/** `repository:acme/lix:pull,push` → `acme/lix:pull`, `acme/lix:push` */
function actionsOf(scope: string, isKnown: boolean): string[] {
  const [, name, actions = ""] = /^repository:(.+):([^:]*)$/.exec(scope) ?? [];
  if (name === undefined) return [];
  const asked = actions === "*" ? ["pull", "push", "delete"] : actions.split(",");
  return asked.filter((action) => isKnown || action === "pull").map((each) => `${name}:${each}`);
}

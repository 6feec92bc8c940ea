/**
 * Requests to the servers of one registry, with what is for its own origin alone: the certificates of
 * certs.d, and the headers that Docker would send along.
 * @module
 */
import type { Environment } from "../base/environment.ts";
import { LixImageError } from "../base/errors.ts";
import { http, type HttpRequest, type HttpResponse } from "../http/request.ts";
import type { OriginCertificates } from "../http/tls-trust.ts";
import { HttpUnreachable } from "../http/unreachable.ts";
import { certificateFolders, readCertificates } from "./certificates.ts";
import { metaHeaders } from "../login/find-credentials.ts";
import { resolveRedirect } from "./resolve-redirect.ts";
import type { RegistryTimeouts } from "./timeouts.ts";

const REDIRECTS = 10;

export interface RegistryTransportOptions {
  readonly environment: Environment;
  readonly timeouts: RegistryTimeouts;
}

interface Own {
  readonly certificates: OriginCertificates | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export class RegistryTransport {
  readonly #origin: string;
  readonly #folders: readonly string[];
  readonly #options: RegistryTransportOptions;
  #own: Promise<Own> | undefined;

  /** @param host as the user writes it, which for Docker Hub is not the origin's. */
  constructor(host: string, origin: URL, options: RegistryTransportOptions) {
    this.#origin = origin.origin;
    this.#folders = certificateFolders(host, options.environment);
    this.#options = options;
  }

  /** To the registry, or to whom it sends us: its token service, the store of its blobs. */
  async send(url: URL, request: HttpRequest): Promise<HttpResponse> {
    const asked = { ...this.#usual(request), ...request };
    if (url.origin !== this.#origin)
      return await http(url, { ...asked, ledBy: new URL(this.#origin) });
    const { certificates, headers } = await (this.#own ??= this.#read());
    const all = { ...headers, ...request.headers };
    try {
      return await http(url, { ...asked, headers: all, certificates });
    } catch (error) {
      const isOurs = error instanceof HttpUnreachable && error.origin === this.#origin;
      if (!isOurs || error.distrusts === undefined) throw error;
      throw new TlsRefused(error, this.#hint(error.distrusts, certificates));
    }
  }

  #usual({ label = "" }: HttpRequest): HttpRequest {
    const { requestLimitMs: limitMs, ...timeouts } = this.#options.timeouts;
    const mayRedirect = async (to: URL, from: URL): Promise<void> =>
      void (await resolveRedirect(to.href, { from, what: "redirect", label }));
    // Registries move: an old name redirects uploads too (distribution-spec, issue 607).
    return { limitMs, ...timeouts, mayRedirect, redirects: REDIRECTS, movesWrites: true };
  }

  async #read(): Promise<Own> {
    const isTls = this.#origin.startsWith("https:");
    const [certificates, headers] = await Promise.all([
      isTls ? readCertificates(this.#origin, this.#folders) : undefined,
      metaHeaders(this.#options.environment),
    ]);
    return { certificates, headers };
  }

  #hint(whose: "server" | "client", certificates: OriginCertificates | undefined): string {
    const folders = `${this.#folders.join(", ")} (the first of them that exists is used)`;
    if (whose === "server") {
      const tried = certificates?.ca.length ? `, nor by those in ${certificates.source}` : "";
      return (
        `${this.#origin} is not vouched for by the usual CAs${tried}: put its CA, as PEM, into a file named by ` +
        `NODE_EXTRA_CA_CERTS or SSL_CERT_FILE, or into ca.crt in one of ${folders}`
      );
    }
    return certificates?.client === undefined
      ? `${this.#origin} wants a client certificate: put it, as PEM, into client.cert and client.key in one of ${folders}`
      : `${this.#origin} refuses the client certificate in ${certificates.source}: is it valid still, and by a CA that the registry trusts?`;
  }
}

/** One side does not take the certificate of the other. */
export class TlsRefused extends LixImageError {
  readonly code = "TLS_REFUSED";
  constructor(error: HttpUnreachable, hint: string) {
    super(error.message, { hint, cause: error.cause });
  }
}

/**
 * What goes to the origin of one registry, and never to a server that it names: the certificates of certs.d,
 * and the headers that Docker would send along.
 * @module
 */
import type { Environment } from "../base/environment.ts";
import type { OriginCertificates } from "../http/tls-trust.ts";
import { metaHeaders } from "../login/find-credentials.ts";
import { certificateFolders, readCertificates } from "./certificates.ts";

export interface OriginSettings {
  readonly certificates: OriginCertificates | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** What to do when one side does not trust the certificate of the other. */
  readonly tlsHint: (distrusts: "server" | "client") => string;
}

/** @param host as the user writes it, which for Docker Hub is not the origin's. */
export async function readOriginSettings(
  host: string,
  { origin, protocol }: URL,
  environment: Environment,
): Promise<OriginSettings> {
  const folders = certificateFolders(host, environment);
  const [certificates, headers] = await Promise.all([
    protocol === "https:" ? readCertificates(origin, folders) : undefined,
    metaHeaders(environment),
  ]);
  const tlsHint = (distrusts: "server" | "client"): string =>
    distrusts === "server"
      ? serverHint(origin, folders, certificates)
      : clientHint(origin, folders, certificates);
  return { certificates, headers, tlsHint };
}

const listed = (folders: readonly string[]): string =>
  `${folders.join(", ")} (the first of them that exists is used)`;

function serverHint(
  origin: string,
  folders: readonly string[],
  certificates: OriginCertificates | undefined,
): string {
  const tried = certificates?.ca.length ? `, nor by those in ${certificates.source}` : "";
  return (
    `${origin} is not vouched for by the usual CAs${tried}: put its CA, as PEM, into a file named by ` +
    `NODE_EXTRA_CA_CERTS or SSL_CERT_FILE, or into ca.crt in one of ${listed(folders)}`
  );
}

const clientHint = (
  origin: string,
  folders: readonly string[],
  certificates: OriginCertificates | undefined,
): string =>
  certificates?.client === undefined
    ? `${origin} wants a client certificate: put it, as PEM, into client.cert and client.key in one of ${listed(folders)}`
    : `${origin} refuses the client certificate in ${certificates.source}: check that it is valid still, and by a CA that the registry trusts`;

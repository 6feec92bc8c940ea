/** Which CAs are trusted, and which client certificates are shown. @module */
import { readFileSync } from "node:fs";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { isCode } from "../base/error-code.ts";
import { lixError } from "../errors/lix-error.ts";

/** For the server of one origin: they are shown to no other server, and no other is trusted because of them. */
export interface OriginCertificates {
  /** `https://r.example:5000` */
  readonly origin: string;
  /** PEM; trusted besides the usual ones. */
  readonly ca: readonly string[];
  /** PEM; our own certificate. */
  readonly client: { readonly cert: string; readonly key: string } | undefined;
  /** Equal for equal certificates. */
  readonly id: string;
  /** The folder they are from, for messages. */
  readonly source: string;
}

/**
 * Trusts the CAs in the files that curl, OpenSSL and Nix read, besides those that Node trusts (its own and
 * NODE_EXTRA_CA_CERTS). Undefined when there are no others than Node's.
 */
export function trustedContext(certificates?: OriginCertificates): SecureContext | undefined {
  const files = ["NIX_SSL_CERT_FILE", "SSL_CERT_FILE"].flatMap((variable) => {
    const file = process.env[variable];
    const text = file === undefined || file === "" ? undefined : readIfThere(file, variable);
    return text === undefined ? [] : [text];
  });
  if (files.length === 0 && certificates === undefined) return undefined;
  const ca = [...files, ...(certificates?.ca ?? [])].flatMap((text) => text.match(PEM) ?? []);
  const trusted = { ca: [...new Set([...getCACertificates("default"), ...ca])] };
  try {
    return createSecureContext({ ...trusted, ...certificates?.client });
  } catch (cause) {
    if (certificates === undefined) throw cause;
    const reason = "OpenSSL does not take them";
    throw lixError("CERTIFICATES_UNUSABLE", { where: certificates.source, reason }, { cause });
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** In Nix's build sandbox the variable names /no-cert-file.crt, which does not exist. */
function readIfThere(file: string, variable: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return undefined;
    throw lixError("CA_FILE_UNREADABLE", { file, variable }, { cause });
  }
}

/** Whose certificates are believed. @module */
import { readFileSync } from "node:fs";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { LixImageError } from "./errors.ts";

/**
 * With the CAs of the files that curl, OpenSSL and Nix take theirs from, besides those that Node
 * trusts (its own and NODE_EXTRA_CA_CERTS). Undefined when the environment names no such file.
 */
export function trustedContext(): SecureContext | undefined {
  const files = ["NIX_SSL_CERT_FILE", "SSL_CERT_FILE"].flatMap((variable) => {
    const file = process.env[variable];
    const text = file === undefined || file === "" ? undefined : readIfThere(file, variable);
    return text === undefined ? [] : [text];
  });
  if (files.length === 0) return undefined;
  const ca = files.flatMap((text) => text.match(CERTIFICATE) ?? []);
  return createSecureContext({ ca: [...new Set([...getCACertificates("default"), ...ca])] });
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Builders of Nix have /no-cert-file.crt in the variable, and nothing there. */
function readIfThere(file: string, variable: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new CaFileUnreadable(file, variable, cause);
  }
}

export class CaFileUnreadable extends LixImageError {
  readonly code = "CA_FILE_UNREADABLE";
  constructor(file: string, variable: string, cause: unknown) {
    super(`${file}: the certificates that ${variable} names cannot be read`, {
      hint: `make it readable, or unset ${variable}`,
      cause,
    });
  }
}

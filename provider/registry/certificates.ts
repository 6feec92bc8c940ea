/**
 * certs.d: the CA that vouches for one registry, and the certificate that we show to it. One folder
 * for each host and port, as containers/image and Docker have it:
 *
 *     /etc/docker/certs.d/r.example:5000/ca.crt
 *     /etc/docker/certs.d/r.example:5000/client.cert
 *     /etc/docker/certs.d/r.example:5000/client.key
 *
 * @see containers-certs.d(5)
 * @see https://docs.docker.com/engine/security/certificates/
 * @see https://github.com/containers/image/blob/v5.34.0/pkg/tlsclientconfig/tlsclientconfig.go
 * @module
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isCode } from "../base/error-code.ts";
import { homeOf, type Environment } from "../base/environment.ts";
import type { OriginCertificates } from "../http/tls-trust.ts";
import { log } from "../base/log.ts";
import type { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";

/** Where the certificates for a host may be; the first folder that is there is the only one. */
export function certificateFolders(host: string, environment: Environment): string[] {
  return [
    join(homeOf(environment), ".config/containers/certs.d", host),
    join("/etc/containers/certs.d", host),
    join("/etc/docker/certs.d", host),
  ];
}

/** undefined when none of the folders exists, or the first that does has nothing of use. */
export async function readCertificates(
  origin: string,
  folders: readonly string[],
): Promise<OriginCertificates | undefined> {
  for (const folder of folders) {
    const names = await readFolder(folder);
    if (names !== undefined) return await readAll(origin, folder, names.sort());
  }
  return undefined;
}

/** undefined when it does not exist, or we may not read it. */
async function readFolder(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isCode(error, "ENOENT", "EACCES", "EPERM")) return undefined;
    throw unreadable(folder, error);
  }
}

async function readAll(
  origin: string,
  folder: string,
  names: readonly string[],
): Promise<OriginCertificates | undefined> {
  const ca: string[] = [];
  for (const name of names.filter((each) => each.endsWith(".crt"))) {
    const text = await readCa(join(folder, name));
    if (text !== undefined) ca.push(text);
  }
  const [pair, ...more] = pairsOf(folder, names);
  if (pair !== undefined && more.length > 0)
    log.warn(`${folder}: several client certificates; only ${pair}.cert is used`);
  const client =
    pair === undefined
      ? undefined
      : {
          cert: await readText(join(folder, `${pair}.cert`)),
          key: await readText(join(folder, `${pair}.key`)),
        };
  if (ca.length === 0 && client === undefined) return undefined;
  const id = createHash("sha256")
    .update(JSON.stringify([origin, ca, client]))
    .digest("hex");
  return { origin, ca, client, id, source: folder };
}

/** The names that have both files, without the endings. */
function pairsOf(folder: string, names: readonly string[]): string[] {
  const withEnd = (end: string): string[] =>
    names.filter((name) => name.endsWith(end)).map((name) => name.slice(0, -end.length));
  const [certs, keys] = [withEnd(".cert"), withEnd(".key")];
  for (const name of certs)
    if (!keys.includes(name))
      throw lixError("CERTIFICATES_UNUSABLE", {
        where: folder,
        reason: `${name}.cert has no ${name}.key in the same folder (a CA's certificate must end in .crt)`,
      });
  for (const name of keys)
    if (!certs.includes(name))
      throw lixError("CERTIFICATES_UNUSABLE", {
        where: folder,
        reason: `${name}.key has no ${name}.cert in the same folder`,
      });
  return certs;
}

/** Red Hat's systems come with links in certs.d that lead nowhere without a subscription. */
async function readCa(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw unreadable(file, error);
    log.warn(`${file}: ignored, because it is a dangling link`);
    return undefined;
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw unreadable(file, error);
  }
}

const unreadable = (where: string, cause: unknown): LixImageError =>
  lixError("CERTIFICATES_UNUSABLE", { where, reason: "it cannot be read" }, { cause });

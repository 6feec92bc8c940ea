/**
 * Docker's config.json and containers' auth.json: one format, two readers of it.
 * @see https://docs.docker.com/reference/cli/docker/login/#configuration-file
 * @see containers-auth.json(5)
 * @module
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { LixImageError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { askHelper, CredentialHelperMissing } from "./credential-helper.ts";
import type { Credentials } from "./credentials.ts";
import { isHub } from "../formats/oci/docker-hub.ts";
import type { Environment } from "../base/environment.ts";

const Entry = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
});
type Entry = z.output<typeof Entry>;

// Entries are read only when their host is asked for, so that a broken one harms no other host.
const AuthFile = z.object({
  auths: z.record(z.string(), z.unknown()).nullish(),
  credHelpers: z.record(z.string(), z.unknown()).nullish(),
  credsStore: z.string().nullish(),
  HttpHeaders: z.unknown().optional(),
});
export type AuthFile = z.output<typeof AuthFile>;

/** Docker Hub's key in these files, and the name its credential helpers know it by. */
const HUB_KEY = "https://index.docker.io/v1/";

/** undefined when there is no such file. */
export async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      if (error.code === "ENOENT") return undefined;
      if (error.code === "ENOTDIR")
        throw new InvalidAuthFile(path, "cannot be read: what should be its folder is a file");
      throw new InvalidAuthFile(path, `cannot be read (${String(error.code)})`);
    }
    throw error;
  }
  return parseAuthFile(text, path);
}

/** `source` is for messages. As in Docker, an empty text has no entries. */
export function parseAuthFile(text: string, source: string): AuthFile {
  if (text.trim() === "") return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // No cause: the parser's message quotes the text, and the text holds passwords.
    throw new InvalidAuthFile(source, "is not JSON");
  }
  const parsed = AuthFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.map(String).join(".") ?? "";
  throw new InvalidAuthFile(source, `has an unexpected value at ${where || "its top"}`);
}

/** Docker's order: a helper for this host, then the one for all, then what the file itself says. */
export async function credentialsIn(
  file: AuthFile,
  asked: { readonly host: string; readonly repository?: string | undefined },
  from: { readonly source: string; readonly environment: Environment },
): Promise<Credentials | undefined> {
  const names = keysOf(asked.host.toLowerCase(), asked.repository);
  const server = isHub(asked.host) ? HUB_KEY : asked.host;
  const helper = longestMatch(file.credHelpers ?? {}, names) ?? "";
  if (typeof helper !== "string")
    throw new InvalidAuthFile(
      from.source,
      `has an unexpected value for ${asked.host} in credHelpers`,
    );
  if (helper !== "") {
    const found = await askHelper(helper, server, from.environment);
    if (found !== undefined) return found;
  }
  if (file.credsStore) {
    const found = await askStore(file.credsStore, server, from.environment);
    if (found !== undefined) return found;
  }
  const entry = longestMatch(file.auths ?? {}, names);
  if (entry == null) return undefined;
  const parsed = Entry.safeParse(entry);
  if (parsed.success) return credentialsOf(parsed.data, asked.host, from.source);
  const where = parsed.error.issues[0]?.path.map((step) => `.${String(step)}`).join("") ?? "";
  throw new InvalidAuthFile(
    from.source,
    `has an unexpected value at auths[${JSON.stringify(asked.host)}]${where}`,
  );
}

/** Configs are copied from desktops to servers that lack their "desktop" helper: that is no reason to fail. */
async function askStore(
  store: string,
  server: string,
  environment: Environment,
): Promise<Credentials | undefined> {
  try {
    return await askHelper(store, server, environment);
  } catch (error) {
    if (!(error instanceof CredentialHelperMissing)) throw error;
    log.warn(`credsStore: ${error.message}`);
    return undefined;
  }
}

function credentialsOf(entry: Entry, host: string, source: string): Credentials | undefined {
  // This token is sent as it is; the others are encoded.
  if (entry.registrytoken && !/^[\x21-\x7e]+$/.test(entry.registrytoken))
    throw new InvalidAuthFile(
      source,
      `has a registrytoken for ${host} with characters that no header can hold, such as a line end`,
    );
  // As in go-containerregistry: what is nearest to the registry comes first.
  if (entry.registrytoken) return { kind: "registry token", token: entry.registrytoken, source };
  if (entry.identitytoken) return { kind: "identity token", token: entry.identitytoken, source };
  if (entry.auth) {
    // Docker pads some entries with NUL; a password may hold a colon, a user name may not.
    const decoded = Buffer.from(entry.auth, "base64").toString("utf8").replace(/\0+$/, "");
    const colon = decoded.indexOf(":");
    if (colon < 0)
      throw new InvalidAuthFile(source, "has an `auth` that is not base64 of user:password");
    return {
      kind: "basic",
      username: decoded.slice(0, colon),
      password: decoded.slice(colon + 1),
      source,
    };
  }
  if (entry.username && entry.password)
    return { kind: "basic", username: entry.username, password: entry.password, source };
  // `docker login` with a credsStore leaves an empty entry behind.
  return undefined;
}

/** `host/a/b`, `host/a`, `host`: what a key may be to match, best first. */
function keysOf(host: string, repository = ""): string[] {
  const registry = isHub(host) ? "index.docker.io" : host;
  const parts = repository === "" ? [] : repository.split("/");
  return Array.from({ length: parts.length + 1 }, (_, dropped) =>
    [registry, ...parts.slice(0, parts.length - dropped)].join("/"),
  );
}

function longestMatch<T>(
  entries: Readonly<Record<string, T>>,
  names: readonly string[],
): T | undefined {
  const byKey = new Map<string, T>();
  for (const [key, value] of Object.entries(entries)) {
    const normal = normalKey(key);
    // The exact spelling wins over a URL that means the same.
    if (!byKey.has(normal) || normal === key) byKey.set(normal, value);
  }
  const name = names.find((each) => byKey.has(each));
  return name === undefined ? undefined : byKey.get(name);
}

/**
 * A key with a scheme, or with the path of an API, is a URL as old versions wrote it, and only its host
 * counts: as in containers/image, and in Docker's ConvertToHostname.
 */
function normalKey(key: string): string {
  const bare = key.trim().replace(/^https?:\/\//i, "");
  const [spelled = "", ...path] = bare.split("/");
  const host = spelled.toLowerCase();
  const registry = isHub(host) ? "index.docker.io" : host;
  const isNamespace = bare === key.trim() && !/^v[12]\/?$/.test(path.join("/"));
  return isNamespace ? [registry, ...path].join("/").replace(/\/$/, "") : registry;
}

export class InvalidAuthFile extends LixImageError {
  readonly code = "INVALID_AUTH_FILE";
  constructor(source: string, reason: string) {
    super(`${source} ${reason}`, {
      hint: 'expected docker-config JSON: {"auths": {"<registry>": {"auth": "<base64 of user:password>"}}}',
    });
  }
}

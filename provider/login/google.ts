/**
 * Google's registries: a service account's key or an access token is the password.
 * @see https://cloud.google.com/artifact-registry/docs/docker/authentication
 * @see https://cloud.google.com/compute/docs/metadata/overview
 * @module
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { jsonIn } from "../base/json.ts";
import type { Environment } from "../base/environment.ts";
import { http } from "../http/request.ts";
import { Secrets } from "../base/secrets.ts";
import { TIME_LIMIT } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Credentials } from "./credentials.ts";

/** Where a login may come from, in order. The first two hold an access token. */
const TOKENS = ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"];
const KEY_FILE = "GOOGLE_APPLICATION_CREDENTIALS";
const MACHINE = "the service account of this machine at Google";

export const GOOGLE_PLACES = [...TOKENS, KEY_FILE, MACHINE];

/** Artifact Registry and what is left of Container Registry. */
export const isGoogle = (host: string): boolean =>
  /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z0-9-]+\.)?gcr\.io)$/.test(host);

/** undefined when this machine has nothing of Google's. */
export async function googleCredentials(
  environment: Environment,
): Promise<Credentials | undefined> {
  for (const source of TOKENS) {
    const password = environment[source];
    if (password) return accessToken(password, source);
  }
  const file = environment[KEY_FILE];
  return file ? await serviceAccountKey(file) : await machineToken(environment);
}

const accessToken = (password: string, source: string, expiresAt?: number): Credentials => ({
  kind: "basic",
  username: "oauth2accesstoken",
  password,
  source,
  expiresAt,
});

/** The whole file is the password; what it is exchanged for is Google's affair. */
async function serviceAccountKey(file: string): Promise<Credentials> {
  const source = `${KEY_FILE} (${file})`;
  const password = await readFile(file, "utf8").catch((cause: unknown) => {
    throw lixError("GOOGLE_KEY_UNUSABLE", { source, got: "a file that cannot be read" }, { cause });
  });
  const type = typeOf(password);
  // A part of the file is secret by itself, too.
  for (const line of password.match(/"private_key(?:_id)?"\s*:\s*"(?:[^"\\]|\\.)*"/g) ?? [])
    Secrets.remember(line.replace(/^[^:]*:\s*"|"$/g, ""));
  if (type !== "service_account")
    throw lixError("GOOGLE_KEY_UNUSABLE", { source, got: type ?? "something else" });
  return { kind: "basic", username: "_json_key", password, source };
}

function typeOf(text: string): string | undefined {
  const type = z.object({ type: z.string() }).safeParse(jsonIn(text)).data?.type ?? "";
  // Nothing else of the file is shown.
  return /^[a-z_]{1,40}$/.test(type) ? type : undefined;
}

const METADATA_HOST = "169.254.169.254";
const TOKEN_PATH = "/computeMetadata/v1/instance/service-accounts/default/token";
const MachineToken = z.object({
  access_token: z.string(),
  // Imitations of it send a text, or nothing.
  expires_in: z.coerce.number().catch(0),
});

async function machineToken(environment: Environment): Promise<Credentials | undefined> {
  const host = environment["GCE_METADATA_HOST"] || METADATA_HOST;
  const asked = Date.now();
  try {
    const response = await http(`http://${host}${TOKEN_PATH}`, {
      headers: { "metadata-flavor": "Google" },
      redirects: 0,
      retry: false,
      signal: AbortSignal.timeout(TIME_LIMIT.metadata.ms),
      label: MACHINE,
    });
    const text = await response.text();
    if (response.status !== 200) return undefined;
    const answer = MachineToken.parse(JSON.parse(text));
    return accessToken(answer.access_token, MACHINE, asked + (answer.expires_in - 10) * 1000);
  } catch {
    // The usual case, on every machine outside Google's cloud.
    return undefined;
  }
}

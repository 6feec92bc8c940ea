/**
 * Keys of AWS, from where its own tools look: variables, a pod's web identity, the shared files, a
 * container's role, the machine's role.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FoundAwsKeys } from "./keys.ts";
import { containerRole, machineRole, webIdentity } from "./role.ts";
import { homeOf, type Environment } from "../base/environment.ts";

/** undefined when no place has any. `region` is where a web identity is exchanged. */
export async function findAwsKeys(
  region: string,
  environment: Environment,
): Promise<FoundAwsKeys | undefined> {
  return (
    fromVariables(environment) ??
    (await webIdentity(region, environment)) ??
    (await profileKeys(environment["AWS_PROFILE"] || "default", environment)) ??
    (await containerRole(environment)) ??
    (await machineRole(environment))
  );
}

function fromVariables(environment: Environment): FoundAwsKeys | undefined {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = environment["AWS_SESSION_TOKEN"] || undefined;
  return { accessKeyId, secretAccessKey, sessionToken, source: "AWS_ACCESS_KEY_ID" };
}

/** `[name]` in the credentials file, `[profile name]` in the config file. */
export async function profileKeys(
  profile: string,
  environment: Environment,
): Promise<FoundAwsKeys | undefined> {
  const folder = join(homeOf(environment), ".aws");
  const files = [
    [environment["AWS_SHARED_CREDENTIALS_FILE"] || join(folder, "credentials"), profile],
    [
      environment["AWS_CONFIG_FILE"] || join(folder, "config"),
      profile === "default" ? profile : `profile ${profile}`,
    ],
  ] as const;
  for (const [file, section] of files) {
    // A file that is not there, or not ours to read, has no keys for us.
    const text = await readFile(file, "utf8").catch(() => "");
    const values = iniSection(text, section);
    const accessKeyId = values.get("aws_access_key_id");
    const secretAccessKey = values.get("aws_secret_access_key");
    const sessionToken = values.get("aws_session_token");
    if (accessKeyId && secretAccessKey)
      return { accessKeyId, secretAccessKey, sessionToken, source: `${file} [${section}]` };
  }
  return undefined;
}

function iniSection(text: string, wanted: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line);
    if (heading !== null) section = heading[1];
    const [, name, value] = /^([^\s#;=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === wanted && name !== undefined && value !== undefined) values.set(name, value);
  }
  return values;
}
